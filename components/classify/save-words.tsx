'use client'

import { ArrowRight, Check, Save } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { asFailure } from '../train/as-failure'
import { TokenField } from '../train/token-field'
import { useToken } from '../train/use-token'
import { Button } from '../ui/button'
import { CopyLine } from '../ui/copy-line'
import { Disclosure } from '../ui/disclosure'
import { TextField } from '../ui/text-field'
import { useProblem } from '../ui/use-problem'
import { isUnlisted } from './unlisted-model'

interface SaveWordsProps {
  /** The text-image model, by ID or type. */
  base: string
  words: LabelWords
  offer: TrainingOffer
}

type State =
  | { name: 'idle' | 'saving' }
  | { name: 'saved'; model: Pick<ModelInfo, 'id' | 'title'>; words: LabelWords }
  | { name: 'failed'; failure: Failure }

/** Saves the visitor's labels as a custom model, and links to it. */
export function SaveWords({ base, words, offer }: SaveWordsProps) {
  const t = useTranslations('ownWords')
  const [state, setState] = useState<State>({ name: 'idle' })
  const token = useToken(offer)
  const saving = useRef<AbortController | null>(null)
  useEffect(() => () => saving.current?.abort(), [])

  async function save(title: string): Promise<void> {
    const controller = new AbortController()
    saving.current = controller
    setState({ name: 'saving' })
    try {
      const { saveWords } = await import('@/lib/client/training/save-words')
      const model = await saveWords({ title, base, words, token: token.value, signal: controller.signal })
      setState({ name: 'saved', model, words })
    } catch (error) {
      if (!controller.signal.aborted) setState({ name: 'failed', failure: asFailure(error) })
    }
  }
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const title = String(new FormData(event.currentTarget).get('title') ?? '').trim()
    if (state.name !== 'saving' && title !== '') void save(title)
  }
  // Other labels are another model.
  const saved = state.name === 'saved' && isSame(state.words, words) ? state.model : null
  return (
    <Disclosure className="mt-1" label={t('save')}>
      {saved ? (
        <Saved {...saved} />
      ) : (
        <form onSubmit={submit} className="grid gap-3">
          <p className="max-w-[56ch] text-pretty text-ink-2 text-sm">
            {offer.hours === null ? t('saveHint') : t('saveHintVisitors', { hours: offer.hours })}
          </p>
          <TextField name="title" label={t('name')} placeholder={t('namePlaceholder')} required maxLength={100} />
          <TokenField token={token} texts="ownWords" />
          {/* It keeps the focus while it saves. */}
          <Button
            type="submit"
            aria-disabled={state.name === 'saving'}
            className="justify-self-start aria-disabled:opacity-60"
          >
            <Save aria-hidden /> {t(state.name === 'saving' ? 'saving' : 'saveNow')}
          </Button>
          {state.name === 'failed' && <SaveFailure failure={state.failure} />}
        </form>
      )}
    </Disclosure>
  )
}

const OWN_TEXTS = { forbidden: 'notAllowed', unauthorized: 'notAllowed', conflict: 'nameInUse' } as const

function SaveFailure({ failure }: { failure: Failure }) {
  const t = useTranslations('ownWords')
  const problem = useProblem()
  const own = OWN_TEXTS[failure.code as keyof typeof OWN_TEXTS]
  const { title, detail } = problem(failure)
  const reason = failure.code === 'invalid_parameter' ? (failure.detail ?? detail) : detail
  return (
    <p role="alert" className="text-pretty text-bad text-sm">
      {own ? t(own) : `${title}. ${reason}`}
    </p>
  )
}

/** What can be done with the model. The pages list it once they are loaded anew. */
function Saved({ id, title }: Pick<ModelInfo, 'id' | 'title'>) {
  const t = useTranslations('ownWords')
  const link = useRef<HTMLAnchorElement>(null)
  // The button that had it is gone.
  useEffect(() => link.current?.focus(), [])
  const path = `${BASE_PATH}/?model=${encodeURIComponent(id)}`
  return (
    <>
      <p role="status" className="flex items-center gap-1.5 text-ink-2 text-sm">
        <Check aria-hidden className="size-4 shrink-0 text-accent" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{t('saved', { title })}</span>
      </p>
      <a
        ref={link}
        // The fragment keeps the photo on the page.
        href={path + location.hash}
        className="inline-flex h-10 items-center gap-2 justify-self-start rounded-card border border-line-2 bg-card px-4 font-semibold text-sm hover:bg-sunk"
      >
        {t('useModel')} <ArrowRight aria-hidden className="size-4" />
      </a>
      {isUnlisted(id) && (
        <div>
          <CopyLine text={`${location.origin}${path}`} name={t('link')} />
          <p className="mt-1 text-pretty text-ink-2 text-xs">{t('linkHint')}</p>
        </div>
      )}
    </>
  )
}

function isSame(one: LabelWords, other: LabelWords): boolean {
  return one.template === other.template && one.labels.join('\n') === other.labels.join('\n')
}
