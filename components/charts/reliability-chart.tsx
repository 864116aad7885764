'use client'

import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useTranslations } from 'use-intl'
import type { Bin } from '@/lib/shared/metrics/calibration'
import { useFormat } from '../ui/use-format'

const TICKS = [0, 0.25, 0.5, 0.75, 1]
const HEIGHT = 260
const TICK = { fontSize: 12, fill: 'var(--ink-3)', className: 'figures' }

/**
 * Accuracy by confidence, and the same figures as a table for screen readers. Perfectly calibrated scores are on the
 * dashed line.
 */
export function ReliabilityChart({ bins }: { bins: readonly Bin[] }) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const percent = (share: number) => String(Math.round(100 * share))
  return (
    <section aria-labelledby="reliability" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="reliability" className="font-semibold text-sm">
        {t('reliability')}
      </h3>
      <p className="mt-1 text-ink-3 text-xs">{t('reliabilityHint')}</p>
      <div aria-hidden className="mt-3">
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <LineChart accessibilityLayer={false} data={[...bins]} margin={{ top: 8, right: 12, bottom: 20, left: 0 }}>
            <CartesianGrid stroke="var(--line)" />
            <XAxis
              type="number"
              dataKey="confidence"
              domain={[0, 1]}
              ticks={TICKS}
              tickFormatter={percent}
              tick={TICK}
              stroke="var(--line-2)"
              label={{ value: t('confidenceAxis'), position: 'bottom', offset: 4, fontSize: 12, fill: 'var(--ink-2)' }}
            />
            <YAxis
              type="number"
              dataKey="accuracy"
              domain={[0, 1]}
              ticks={TICKS}
              tickFormatter={percent}
              tick={TICK}
              stroke="var(--line-2)"
              width={36}
            />
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
          </LineChart>
        </ResponsiveContainer>
      </div>
      {/* A table is never narrower than its text, so the visually hidden element is a wrapper around it. */}
      <div className="sr-only">
        <table>
          <caption>{t('reliability')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('confidenceAxis')}</th>
              <th scope="col">{t('rightAxis')}</th>
              <th scope="col">{t('photos')}</th>
            </tr>
          </thead>
          <tbody>
            {bins.map(({ confidence, accuracy, count }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the bins are always replaced as a whole
              <tr key={index}>
                <th scope="row">{format.percent(confidence)}</th>
                <td>{format.percent(accuracy)}</td>
                <td>{format.integer(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
