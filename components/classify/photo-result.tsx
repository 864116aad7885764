'use client'

import { type ReactNode, useEffect } from 'react'
import { useTranslations } from 'use-intl'
import type { Phase } from '@/lib/client/photos/photo-session'
import type { Classification, Prediction } from '@/lib/shared/contract/contract'
import { confidence } from '@/lib/shared/results/confidence'
import { ROW_HEIGHT } from '../charts/row-height'
import { lazy } from '../ui/lazy'
import { useFormat } from '../ui/use-format'
import { FailureNotice } from './failure-notice'
import { Pending } from './pending'
import { Timings } from './timings'

// Recharts measures in the browser; on the server it would guess and the page would jump.
const ProbabilityChart = lazy(() => import('../charts/probability-chart').then((module) => module.ProbabilityChart))
const ModelInput = lazy(
  () => import('./model-input').then((module) => module.ModelInput),
  () => <div className="mt-4 h-8" />,
)

interface PhotoResultProps {
  file: Blob
  model: string
  phase: Phase | undefined
  /** Predictions to show, and the score that they have at least. */
  shown: number
  least: number
  onRetry(): void
  onRemove(): void
  /** Below the answer. */
  children?: ReactNode
}

/** What is known of the selected photo so far. */
export function PhotoResult({ file, model, phase, shown, least, onRetry, onRemove, children }: PhotoResultProps) {
  // While the photo is on its way.
  useEffect(() => {
    ProbabilityChart.preload()
    ModelInput.preload()
  }, [])
  if (phase?.name === 'failed') return <FailureNotice failure={phase.failure} onRetry={onRetry} onRemove={onRemove} />
  if (phase?.name !== 'answered') {
    return (
      <>
        <Pending phase={phase} shown={shown} />
        {children && <div className="mt-1 h-8" />}
      </>
    )
  }
  return (
    <>
      <TopPrediction result={phase.result} />
      <ScoreBars predictions={phase.result.predictions} shown={shown} least={least} />
      <Timings timings={phase.result.timings} />
      <ModelInput file={file} model={model} />
      {children}
    </>
  )
}

/** The best label, how sure it is in words and number, and what to make of it. */
export function TopPrediction({ result }: { result: Classification }) {
  const t = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  const [best] = result.predictions
  if (!best) return null
  const level = confidence(best.score, result.uncertain)
  const { calibrated } = result.model
  return (
    <>
      <p className={level === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>{words(level)}</p>
      <h1
        lang="en"
        className="text-balance font-semibold text-2xl leading-[1.1] tracking-[-0.03em] [overflow-wrap:anywhere] lg:text-3xl"
      >
        {best.label}
      </h1>
      <p className="mt-3 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="figures text-[24px]">
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

function UncertainReason({ result: { uncertain_reason, predictions } }: { result: Classification }) {
  const t = useTranslations('answer')
  const format = useFormat()
  const [first, second] = predictions
  function why(): string {
    if (uncertain_reason === 'unlike_known') return t('unlikeKnown')
    if (uncertain_reason === 'small_margin')
      return second ? t('smallMargin', { label: second.label }) : t('smallMarginUnnamed')
    return t('lowScore', { percent: format.percent(first?.score ?? 0) })
  }
  return <p className="mt-3 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">{why()}</p>
}

interface ScoreBarsProps {
  predictions: readonly Prediction[]
  shown: number
  least: number
}

/** As high as without a least score, so that nothing below jumps while it is moved. */
export function ScoreBars({ predictions, shown, least }: ScoreBarsProps) {
  const t = useTranslations('answer')
  const chosen = predictions.slice(0, shown).filter(({ score }) => score >= least)
  return (
    <div className="mt-6" style={{ minHeight: ROW_HEIGHT * Math.min(shown, predictions.length) }}>
      {chosen.length > 0 ? (
        <ProbabilityChart predictions={chosen} />
      ) : (
        <p className="text-ink-2 text-sm">{t('nothingReaches', { percent: Math.round(100 * least) })}</p>
      )}
    </div>
  )
}
