import { Fragment, type ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { useFormat } from '../ui/use-format'

/** Progress in figures, and announcements for screen readers. */
export function BatchStats({ snapshot }: { snapshot: BatchSnapshot }) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { phase, counts, rate, etaSeconds } = snapshot
  const total = counts.total - counts.leftOut
  const stats: [name: string, value: ReactNode][] = [
    ['of', t('doneOf', { done: format.integer(counts.done), all: format.integer(total) })],
  ]
  if (rate !== null)
    stats.push(['rate', t('rate', { rate: format.integer(rate < 10 ? Math.round(10 * rate) / 10 : Math.round(rate)) })])
  if (rate !== null && etaSeconds !== null) stats.push(['eta', t('eta', { time: format.duration(etaSeconds) })])
  if (counts.uncertain > 0) {
    stats.push([
      'uncertain',
      <span key="u" className="text-warn">
        {t('uncertain', { count: counts.uncertain })}
      </span>,
    ])
  }
  if (counts.failed > 0) {
    stats.push([
      'failed',
      <span key="f" className="text-bad">
        {t('failed', { count: counts.failed })}
      </span>,
    ])
  }
  if (counts.leftOut > 0) stats.push(['out', t('notRun', { count: counts.leftOut })])
  return (
    <>
      <p className="figures mt-2 flex min-h-5 flex-wrap gap-x-3 text-ink-2 text-sm">
        {phase === 'opening'
          ? t('opening')
          : stats.map(([name, value], index) => (
              <Fragment key={name}>
                {index > 0 && <span aria-hidden>·</span>}
                <span>{value}</span>
              </Fragment>
            ))}
      </p>
      <p role="status" className="sr-only">
        {phase === 'done' && t('announceDone', { ok: counts.ok, failed: counts.failed })}
        {phase === 'paused' && t('announcePaused')}
        {phase === 'cancelled' && t('cancelled')}
      </p>
    </>
  )
}
