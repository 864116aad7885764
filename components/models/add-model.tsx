'use client'

import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { CopyLine } from '@/components/ui/copy-line'

const COMMANDS = [
  { what: 'addHub', command: 'npx vision models pull owner/name' },
  { what: 'addFolder', command: 'npx vision models add ./my-model' },
  { what: 'addEval', command: 'npx vision eval ./photos --model my-model' },
] as const

const WORDS = { what: 'addWords', command: 'npx vision models pull Xenova/clip-vit-base-patch32' } as const

/**
 * Ways to add a model. The server loads it within a second.
 *
 * @param training whether models can be trained here
 * @param words whether a text-image model is here already
 */
export function AddModel({ training, words }: { training: boolean; words: boolean }) {
  const t = useTranslations('models')
  return (
    <section className="mt-14" aria-labelledby="add-title">
      <h2 id="add-title" className="font-semibold text-lg">
        {t('addTitle')}
      </h2>
      <p className="mt-1 max-w-[68ch] text-ink-2 text-sm">{t('addLead')}</p>
      <ul className="mt-4 grid gap-3">
        {training && (
          <li>
            <p className="mb-1.5 text-ink-2 text-sm">{t('addTrain')}</p>
            <Link
              href="/train"
              prefetch={false}
              className="inline-flex h-10 items-center rounded-card border border-line-2 bg-card px-4 font-semibold text-sm hover:bg-sunk"
            >
              {t('addTrainLink')}
            </Link>
          </li>
        )}
        {(words ? COMMANDS : [WORDS, ...COMMANDS]).map(({ what, command }) => (
          <li key={command} className="min-w-0">
            <p className="mb-1.5 text-ink-2 text-sm">{t(what)}</p>
            <CopyLine text={command} />
          </li>
        ))}
      </ul>
    </section>
  )
}
