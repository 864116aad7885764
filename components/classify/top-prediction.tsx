import { useTranslations } from 'use-intl'
import type { Classification } from '@/lib/shared/contract/contract'
import { confidence } from '@/lib/shared/results/confidence'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { Unrecognized } from '../result/unrecognized'
import { lazy } from '../ui/lazy'
import { useFormat } from '../ui/use-format'
import { Synonyms } from './synonyms'
import { UncertainReason } from './uncertain-reason'

const SeveralLabels = lazy(
  () => import('./several-labels').then((module) => module.SeveralLabels),
  () => <div className="h-32" />,
)

/** The top label, or all labels that apply if there may be several. */
export function TopPrediction({ result }: { result: Classification }) {
  return isMultiLabel(result) ? <SeveralLabels result={result} /> : <BestLabel result={result} />
}

/** The top label, its confidence in words and as a percentage, and how to interpret it. */
function BestLabel({ result }: { result: Classification }) {
  const t = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  const [best] = result.predictions
  if (!best) return null
  const { calibrated } = result.model
  const level = confidence(best.score, result.uncertain, calibrated)
  if (level === 'unrecognized') return <Unrecognized score={best.score} reason={result.uncertain_reason} />
  return (
    <>
      <p className={level === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>{words(level)}</p>
      <h1
        lang="en"
        className="text-balance font-semibold text-2xl leading-[1.1] tracking-[-0.03em] [overflow-wrap:anywhere] lg:text-3xl"
      >
        {best.label}
      </h1>
      <Synonyms of={best} />
      <p className="mt-3 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="figures text-[1.5rem]">
          {format.percent(best.score)}
          <span className="ml-0.5 text-ink-2 text-sm">%</span>
        </span>
        <span className="text-ink-2 text-sm" title={t(calibrated ? 'calibratedHint' : 'notCalibratedHint')}>
          {t(calibrated ? 'calibrated' : 'notCalibrated')}
        </span>
      </p>
      {best.note && (
        <p lang="en" className="mt-3 text-ink-2 text-sm">
          {best.note}
        </p>
      )}
      {level === 'uncertain' && <UncertainReason result={result} />}
    </>
  )
}
