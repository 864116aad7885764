'use client'

import { Line, ReferenceDot } from 'recharts'
import { useTranslations } from 'use-intl'
import type { CoveragePoint } from '@/lib/shared/metrics/coverage'
import { useFormat } from '../ui/use-format'
import { FiguresTable } from './figures-table'
import { ShareChart } from './share-chart'

/** In rem. */
const HEIGHT = 13.75
/** Rows of the table: about every tenth point says as much as all of them. */
const TABLE_ROWS = 10

interface CoverageChartProps {
  curve: readonly CoveragePoint[]
  /** The point that the visitor chose. */
  marked: Pick<CoveragePoint, 'coverage' | 'accuracy'> | null
}

/** Accuracy by the share of photos kept, and the same figures as a table for screen readers. */
export function CoverageChart({ curve, marked }: CoverageChartProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const worst = Math.min(1, ...curve.map(({ accuracy }) => accuracy))
  const step = Math.ceil(curve.length / TABLE_ROWS)
  return (
    <>
      <div className="mb-2">
        <ShareChart
          points={curve}
          by="coverage"
          label={t('coverageAxis')}
          height={HEIGHT}
          bottom={worst >= 0.75 ? 0.5 : 0}
        >
          <Line
            dataKey="accuracy"
            type="linear"
            stroke="var(--accent)"
            strokeWidth={2}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
          {marked && (
            <ReferenceDot
              x={marked.coverage}
              y={marked.accuracy}
              r={6}
              fill="var(--accent)"
              stroke="var(--card)"
              strokeWidth={2}
            />
          )}
        </ShareChart>
      </div>
      <FiguresTable
        caption={t('coverage')}
        columns={[t('coverageAxis'), t('rightAxis'), t('least')]}
        rows={curve
          .filter((_, index) => (curve.length - 1 - index) % step === 0)
          .map(({ coverage, accuracy, least }) => [coverage, accuracy, least].map(format.percent))}
      />
    </>
  )
}
