import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'
import { shownOf } from '@/lib/shared/results/selected'
import { ProbabilityChart } from '../charts/probability-chart'
import { rowsHeight } from '../charts/row-height'

interface ScoreBarsProps {
  predictions: readonly Prediction[]
  labelCount: number
  minScore: number
}

/** The predictions as bars. Its height ignores `minScore`, so that nothing below shifts while the slider moves. */
export function ScoreBars({ predictions, labelCount, minScore }: ScoreBarsProps) {
  const t = useTranslations('answer')
  const shown = shownOf(predictions, labelCount)
  const visible = shown.filter(({ score }) => score >= minScore)
  return (
    <div className="mt-6" style={{ minHeight: rowsHeight(shown.length) }}>
      {visible.length > 0 ? (
        <ProbabilityChart predictions={visible} />
      ) : (
        <p className="text-ink-2 text-sm">{t('nothingReaches', { percent: Math.round(100 * minScore) })}</p>
      )}
    </div>
  )
}
