'use client'

import { CartesianGrid, Line, LineChart, ReferenceDot, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useTranslations } from 'use-intl'
import type { CoveragePoint } from '@/lib/shared/metrics/coverage'
import { useFormat } from '../ui/use-format'

const TICKS = [0, 0.25, 0.5, 0.75, 1]
const HEIGHT = 220
const TICK = { fontSize: 12, fill: 'var(--ink-3)', className: 'figures' }
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
  const percent = (share: number) => String(Math.round(100 * share))
  const worst = Math.min(1, ...curve.map(({ accuracy }) => accuracy))
  const bottom = worst >= 0.75 ? 0.5 : 0
  const step = Math.ceil(curve.length / TABLE_ROWS)
  return (
    <>
      <div aria-hidden className="mt-3 mb-2">
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <LineChart accessibilityLayer={false} data={[...curve]} margin={{ top: 8, right: 12, bottom: 20, left: 0 }}>
            <CartesianGrid stroke="var(--line)" />
            <XAxis
              type="number"
              dataKey="coverage"
              domain={[0, 1]}
              ticks={TICKS}
              tickFormatter={percent}
              tick={TICK}
              stroke="var(--line-2)"
              label={{ value: t('coverageAxis'), position: 'bottom', offset: 4, fontSize: 12, fill: 'var(--ink-2)' }}
            />
            <YAxis
              type="number"
              dataKey="accuracy"
              domain={[bottom, 1]}
              ticks={bottom === 0 ? TICKS : [0.5, 0.6, 0.7, 0.8, 0.9, 1]}
              tickFormatter={percent}
              tick={TICK}
              stroke="var(--line-2)"
              width={36}
            />
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
          </LineChart>
        </ResponsiveContainer>
      </div>
      {/* A table is never narrower than its text, so the visually hidden element is a wrapper around it. */}
      <div className="sr-only">
        <table>
          <caption>{t('coverage')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('coverageAxis')}</th>
              <th scope="col">{t('rightAxis')}</th>
              <th scope="col">{t('least')}</th>
            </tr>
          </thead>
          <tbody>
            {curve
              .filter((_, index) => (curve.length - 1 - index) % step === 0)
              .map(({ coverage, accuracy, least }) => (
                <tr key={coverage}>
                  <th scope="row">{format.percent(coverage)}</th>
                  <td>{format.percent(accuracy)}</td>
                  <td>{format.percent(least)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
