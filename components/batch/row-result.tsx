import { useTranslations } from 'use-intl'
import type { ResultRow } from '@/lib/shared/results/columns'
import { saysOf } from '@/lib/shared/results/selected'
import { truthOf } from '@/lib/shared/results/truth'
import { ProbabilityChart } from '../charts/probability-chart'
import { Synonyms } from '../classify/synonyms'
import { useUncertainReason } from '../classify/use-uncertain-reason'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'
import { TruthMark } from './truth-mark'

interface RowResultProps {
  row: ResultRow
  /** The visitor's word for the true label, if the model has another name for it. */
  ownWord: string | null
  /** Other names of the label. */
  synonyms: readonly string[]
  /** The visitor's limit for uncertain results; null for the model's own limits. */
  uncertainBelow: number | null
}

/** A photo's result, or why it has none. */
export function RowResult({ row, ownWord, synonyms, uncertainBelow }: RowResultProps) {
  const t = useTranslations('batch')
  const several = useTranslations('several')
  const format = useFormat()
  if (row.status === 'failed') return <Failure row={row} />
  const predictions = row.top_labels.map((label, index) => ({
    label,
    score: row.top_scores[index] ?? 0,
    index,
    ...selectedIn(row, label),
  }))
  const title = row.labels?.join(', ') || saysOf(row)
  const facts = [
    row.width !== null && row.height !== null && `${row.width} × ${row.height}`,
    row.bytes !== null && format.bytes(row.bytes),
    row.ms !== null && t('ms', { time: format.milliseconds(row.ms) }),
    row.model,
  ].filter(Boolean)
  return (
    <>
      <h2 lang={title === null ? undefined : 'en'} className="text-balance font-semibold text-xl tracking-tight">
        {title ?? (row.labels ? several('none') : t('noLabel'))}
      </h2>
      <Synonyms of={{ synonyms: [...synonyms] }} />
      <Truth row={row} ownWord={ownWord} />
      {row.uncertain && <UncertainReason row={row} uncertainBelow={uncertainBelow} />}
      {predictions.length > 0 && (
        <div className="mt-4">
          <ProbabilityChart predictions={predictions} />
        </div>
      )}
      <p className="mt-4 text-ink-3 text-xs">{facts.join(' · ')}</p>
      {row.sha256 && (
        <p translate="no" className="figures mt-2 break-all text-ink-3 text-xs">
          sha256:{row.sha256}
        </p>
      )}
    </>
  )
}

/** Whether a label of a multi-label model applies. */
function selectedIn({ labels }: ResultRow, label: string) {
  return labels === undefined ? {} : { selected: labels.includes(label) }
}

/** The true label, if it is known. */
function Truth({ row, ownWord }: Pick<RowResultProps, 'row' | 'ownWord'>) {
  const t = useTranslations('batch')
  const { truth, correct } = row
  const label = truthOf(row)
  if (label === null) return null
  return (
    <p className={correct === false ? 'mt-1.5 flex items-center gap-1.5 text-bad' : 'mt-1.5 flex items-center gap-1.5'}>
      <TruthMark correct={correct} t={t} />
      <span>
        {t.rich(ownWord ? 'truthIsOwn' : 'truthIs', {
          word: () => (
            <span translate="no" className="font-medium">
              {ownWord}
            </span>
          ),
          label,
          count: Array.isArray(truth) ? truth.length : 1,
          en: (chunk) => (
            <span lang="en" className="font-medium">
              {chunk}
            </span>
          ),
        })}
      </span>
    </p>
  )
}

/** Why a result is uncertain. */
function UncertainReason({ row, uncertainBelow }: Pick<RowResultProps, 'row' | 'uncertainBelow'>) {
  const t = useTranslations('batch.uncertainReasons')
  const words = useUncertainReason()
  function reason(): string {
    if (uncertainBelow !== null) return t('limit', { percent: Math.round(100 * uncertainBelow) })
    return row.uncertain_reason ? words(row.uncertain_reason, row.score ?? 0, row.top_labels[1]) : t('model')
  }
  return <p className="mt-3 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">{reason()}</p>
}

function Failure({ row }: { row: ResultRow }) {
  const t = useTranslations('batch')
  const problem = useProblem()
  const code = row.error_code ?? 'internal'
  const { title, detail } = problem({
    code,
    title: t('failedTitle'),
    detail: row.error ?? '',
    retryable: false,
    retryAfterMs: null,
  })
  return (
    <>
      <h2 className="text-balance font-semibold text-lg tracking-tight">{title}</h2>
      <p className="mt-2 text-pretty text-ink-2 text-sm">{detail}</p>
      <p className="figures mt-4 text-ink-3 text-xs">{code}</p>
    </>
  )
}
