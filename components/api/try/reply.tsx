'use client'

import { useTranslations } from 'use-intl'
import { useFormat } from '@/components/ui/use-format'
import type { Answer } from './send-request'

export type ReplyState = Answer | 'sending' | 'failed' | null

/** What came of a request. */
export function Reply({ state }: { state: ReplyState }) {
  const t = useTranslations('api')
  const format = useFormat()
  const answer = typeof state === 'object' ? state : null
  const facts =
    answer && [answer.status, `${format.milliseconds(answer.ms)} ms`, format.bytes(answer.bytes)].join(' · ')
  return (
    <section aria-label={t('answer')} className="grid grid-cols-1 gap-2">
      <p role="status" className="min-h-6 text-ink-2 text-sm">
        {state === null && t('noAnswer')}
        {state === 'sending' && t('sending')}
        {state === 'failed' && <span className="text-bad">{t('noConnection')}</span>}
        {facts && <span className="figures">{facts}</span>}
      </p>
      {answer && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards scroll it
          tabIndex={0}
          className="max-h-80 overflow-auto rounded-card border border-line bg-sunk p-4 font-mono text-sm"
        >
          {answer.text}
        </pre>
      )}
    </section>
  )
}
