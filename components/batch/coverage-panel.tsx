import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { coverageCurve, splitAt } from '@/lib/shared/metrics/coverage'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { CoverageChart } from '../charts/coverage-chart'
import { Button } from '../ui/button'
import { Slider } from '../ui/slider'
import { useFormat } from '../ui/use-format'

interface CoveragePanelProps {
  photos: Evaluation['photos']
  /** Results with a lower score are uncertain; null for the model's own limits. */
  uncertainBelow: number | null
  onUncertainBelow(limit: number | null): void
}

/** Accuracy by the share of photos kept, and a slider that decides which results are uncertain. */
export function CoveragePanel({ photos, uncertainBelow, onUncertainBelow }: CoveragePanelProps) {
  const t = useTranslations('batch.judgement')
  const percent = useTranslations('answer')
  const format = useFormat()
  // While the slider moves, only this panel changes; the table follows when it stops.
  const [moving, setMoving] = useState<number | null>(null)
  const least = moving ?? uncertainBelow ?? 0
  const results = useMemo(
    () => photos.map(({ score, truth, predicted }) => ({ score, right: truth === predicted })),
    [photos],
  )
  const curve = useMemo(() => coverageCurve(results), [results])
  const { kept, keptRight, below, belowRight } = splitAt(results, least)
  const accuracy = kept === 0 ? null : keptRight / kept
  const all = format.integer(results.length)
  return (
    <section aria-labelledby="coverage" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="coverage" className="font-semibold text-sm">
        {t('coverage')}
      </h3>
      <p className="mt-1 text-pretty text-ink-3 text-xs">{t('coverageHint')}</p>
      <CoverageChart curve={curve} marked={accuracy === null ? null : { coverage: kept / results.length, accuracy }} />
      <Slider
        label={t('uncertainBelow')}
        value={least}
        min={0}
        max={0.99}
        step={0.01}
        onChange={setMoving}
        onCommit={(limit) => {
          setMoving(null)
          onUncertainBelow(limit === 0 ? null : limit)
        }}
        format={(limit) => (limit === 0 ? t('off') : percent('percent', { value: Math.round(100 * limit) }))}
      />
      <p role="status" className="min-h-10 text-pretty text-ink-2 text-sm tabular-nums">
        {accuracy === null
          ? t('keptNone')
          : least === 0
            ? t('keptAll', { count: all, accuracy: format.percent(accuracy) })
            : t('kept', {
                kept: format.integer(kept),
                all,
                share: format.percent(kept / results.length),
                accuracy: format.percent(accuracy),
                below: format.integer(below),
                belowRight: format.integer(belowRight),
              })}
      </p>
      {uncertainBelow !== null && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9 px-2!" onClick={() => onUncertainBelow(null)}>
          {t('modelLimits')}
        </Button>
      )}
    </section>
  )
}
