'use client'

import { Line, ReferenceLine } from 'recharts'
import { useTranslations } from 'use-intl'
import type { Bin } from '@/lib/shared/metrics/calibration'
import { useFormat } from '../ui/use-format'
import { FiguresTable } from './figures-table'
import { ShareChart } from './share-chart'

/** In rem. */
const HEIGHT = 16.25

/**
 * Accuracy by confidence, and the same figures as a table for screen readers. Perfectly calibrated scores are on the
 * dashed line.
 */
export function ReliabilityChart({ bins }: { bins: readonly Bin[] }) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  return (
    <section aria-labelledby="reliability" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="reliability" className="font-semibold text-sm">
        {t('reliability')}
      </h3>
      <p className="mt-1 text-ink-3 text-xs">{t('reliabilityHint')}</p>
      <ShareChart points={bins} by="confidence" label={t('confidenceAxis')} height={HEIGHT}>
        <ReferenceLine
          segment={[
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ]}
          stroke="var(--ink-3)"
          strokeDasharray="4 4"
        />
        <Line
          dataKey="accuracy"
          stroke="var(--accent)"
          strokeWidth={2}
          dot={{ r: 4, fill: 'var(--accent)' }}
          isAnimationActive={false}
        />
      </ShareChart>
      <FiguresTable
        caption={t('reliability')}
        columns={[t('confidenceAxis'), t('rightAxis'), t('photos')]}
        rows={bins.map(({ confidence, accuracy, count }) => [
          format.percent(confidence),
          format.percent(accuracy),
          format.integer(count),
        ])}
      />
    </section>
  )
}
