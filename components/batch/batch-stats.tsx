import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { TableView } from '@/lib/client/batch/table-view'
import { rightResults } from '@/lib/shared/metrics/set-evaluation'
import { FactsLine } from '../ui/facts-line'
import { useFormat } from '../ui/use-format'
import type { Judged } from './use-judged'

interface BatchStatsProps {
  /** Name of the model; null until it is known. */
  model: string | null
  snapshot: BatchSnapshot
  judged: Judged
  onShow(view: Partial<TableView>): void
  onShowLabels(): void
}

/** Progress and accuracy in figures, and announcements for screen readers. */
export function BatchStats({ model, snapshot, judged, onShow, onShowLabels }: BatchStatsProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { phase, counts, rate, etaSeconds, took } = snapshot
  const total = counts.total - counts.leftOut
  const uncertain = useMemo(() => judged.items.filter(({ row }) => row?.uncertain).length, [judged.items])
  const stats: [name: string, value: ReactNode][] = [
    ['of', t('doneOf', { done: format.integer(counts.done), all: total })],
  ]
  if (model !== null) stats.unshift(['model', model])
  if (rate !== null) stats.push(['rate', t('rate', { rate: format.rate(rate) })])
  if (rate !== null && etaSeconds !== null) stats.push(['eta', t('eta', { time: format.duration(etaSeconds) })])
  if (uncertain > 0) {
    stats.push([
      'uncertain',
      <span key="u" className="text-warn">
        {t('uncertain', { count: uncertain })}
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
  if (took?.withPauses) stats.push(['took', t('tookWithPauses', { time: format.elapsed(took.seconds) })])
  else if (took && took.seconds > 0) {
    stats.push(['took', t('took', { time: format.elapsed(took.seconds) })])
    stats.push(['speed', t('speed', { rate: format.rate(counts.done / took.seconds) })])
  }
  if (counts.leftOut > 0) stats.push(['out', t('notRun', { count: counts.leftOut })])
  return (
    <>
      <FactsLine
        facts={phase === 'opening' ? [['opening', t('opening')]] : stats}
        className="figures mt-2 min-h-5 font-sans! text-ink-2 text-sm"
      />
      <LabelStats judged={judged} onShow={onShow} onShowLabels={onShowLabels} />
      <p role="status" className="sr-only">
        {phase === 'done' && t('announceDone', { ok: counts.ok, failed: counts.failed })}
        {phase === 'paused' && t('announcePaused')}
        {phase === 'cancelled' && t('cancelled')}
      </p>
    </>
  )
}

const LINK = 'rounded-[4px] underline decoration-line-2 underline-offset-4 hover:decoration-current'

/**
 * How many results are right, over the photos with a label and a result, and the way to the wrong ones; or that the
 * labels aren't understood.
 */
function LabelStats({
  judged: { items, evaluation, trouble, labels, reading },
  onShow,
  onShowLabels,
}: Omit<BatchStatsProps, 'snapshot' | 'model'>) {
  const t = useTranslations('batch')
  const format = useFormat()
  if (labels && trouble) {
    return (
      <p className="mt-1.5 text-sm">
        <button type="button" onClick={onShowLabels} className={`inline-flex items-center gap-1.5 text-warn ${LINK}`}>
          <TriangleAlert aria-hidden className="size-4" /> {t('labelsTrouble')}
        </button>
      </p>
    )
  }
  if (!evaluation || evaluation.photos.length === 0) return null
  const { right, photos } = rightResults(evaluation)
  const wrong = photos - right
  const facts: [name: string, value: ReactNode][] = [
    [
      'right',
      t.rich('rightOf', {
        percent: format.percent(right / photos),
        count: photos,
        every: String(!items.some(({ path, row }) => row?.status !== 'ok' && reading?.labels.has(path))),
        report: (chunk) => (
          <button type="button" onClick={onShowLabels} className={`font-semibold ${LINK}`}>
            {chunk}
          </button>
        ),
      }),
    ],
  ]
  if (wrong > 0) {
    facts.push([
      'wrong',
      <button
        key="w"
        type="button"
        onClick={() => onShow({ status: 'wrong' })}
        title={t('showWrong', { count: wrong })}
        className={`font-semibold text-bad ${LINK}`}
      >
        {t('wrongCount', { count: format.integer(wrong) })}
      </button>,
    ])
  }
  return <FactsLine facts={facts} className="mt-2 gap-y-1 text-base tabular-nums sm:text-lg" />
}
