import { Fragment, type ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { useFormat } from '../ui/use-format'

/** How far it is, in figures; and for screen readers how it ended. */
export function BatchStats({ snapshot }: { snapshot: BatchSnapshot }) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { phase, counts, rate, etaSeconds } = snapshot
  const all = counts.total - counts.leftOut
  const figures: [name: string, figure: ReactNode][] = [
    ['of', t('doneOf', { done: format.integer(counts.done), all: format.integer(all) })],
  ]
  if (rate !== null)
    figures.push([
      'rate',
      t('rate', { rate: format.integer(rate < 10 ? Math.round(10 * rate) / 10 : Math.round(rate)) }),
    ])
  if (rate !== null && etaSeconds !== null) figures.push(['eta', t('eta', { time: format.duration(etaSeconds) })])
  if (counts.uncertain > 0) {
    figures.push([
      'uncertain',
      <span key="u" className="text-warn">
        {t('uncertain', { count: counts.uncertain })}
      </span>,
    ])
  }
  if (counts.failed > 0) {
    figures.push([
      'failed',
      <span key="f" className="text-bad">
        {t('failed', { count: counts.failed })}
      </span>,
    ])
  }
  if (counts.leftOut > 0) figures.push(['out', t('notRun', { count: counts.leftOut })])
  return (
    <>
      <p className="figures mt-2 flex min-h-5 flex-wrap gap-x-3 text-ink-2 text-sm">
        {phase === 'opening'
          ? t('opening')
          : figures.map(([name, figure], at) => (
              <Fragment key={name}>
                {at > 0 && <span aria-hidden>·</span>}
                <span>{figure}</span>
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
