import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'
import { ROW_HEIGHT } from '../charts/row-height'
import { lazy } from '../ui/lazy'

// Recharts measures its container, which only works in the browser; rendered on the server, the page would shift.
const ProbabilityChart = lazy(() => import('../charts/probability-chart').then((module) => module.ProbabilityChart))

/** Loads the chart's code before it's needed. */
export const preloadScoreBars = ProbabilityChart.preload

interface ScoreBarsProps {
  predictions: readonly Prediction[]
  labelCount: number
  minScore: number
}

/** The predictions as bars. Its height ignores `minScore`, so that nothing below shifts while the slider moves. */
export function ScoreBars({ predictions, labelCount, minScore }: ScoreBarsProps) {
  const t = useTranslations('answer')
  const visible = predictions.slice(0, labelCount).filter(({ score }) => score >= minScore)
  return (
    <div className="mt-6" style={{ minHeight: ROW_HEIGHT * Math.min(labelCount, predictions.length) }}>
      {visible.length > 0 ? (
        <ProbabilityChart predictions={visible} />
      ) : (
        <p className="text-ink-2 text-sm">{t('nothingReaches', { percent: Math.round(100 * minScore) })}</p>
      )}
    </div>
  )
}
