'use client'

import { useSyncExternalStore } from 'react'
import { Bar, BarChart, Cell, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'
import { useFormat } from '../ui/use-format'
import { ROW_HEIGHT } from './row-height'

const BAR_HEIGHT = 10
/** Mean character width at 14 px, to size the label column. */
const CHARACTER_WIDTH = 7.4
/** Width of `>99.9`, and the distance of Recharts ticks from their axis. */
const SCORE_WIDTH = 60
const TICK_MARGIN = 8
const LABEL_WIDTHS = { min: 96, max: 200 }

/** Scores as horizontal bars, the best in the accent color, and the same figures as a table for screen readers. */
export function ProbabilityChart({ predictions }: { predictions: readonly Prediction[] }) {
  const animated = useMotionAllowed()
  const t = useTranslations('answer')
  const format = useFormat()
  const longestLabel = Math.max(...predictions.map(({ label }) => label.length))
  const labelWidth = Math.min(LABEL_WIDTHS.max, Math.max(LABEL_WIDTHS.min, longestLabel * CHARACTER_WIDTH + 12))
  return (
    <>
      <div aria-hidden>
        <ResponsiveContainer width="100%" height={ROW_HEIGHT * predictions.length}>
          <BarChart
            accessibilityLayer={false}
            layout="vertical"
            data={[...predictions]}
            margin={{ top: 0, right: 0, bottom: 0, left: 0 }}
          >
            <XAxis type="number" domain={[0, 1]} hide />
            <YAxis
              type="category"
              dataKey="label"
              width={labelWidth}
              axisLine={false}
              tickLine={false}
              interval={0}
              tick={<Label count={Math.floor(labelWidth / CHARACTER_WIDTH)} />}
            />
            <YAxis
              yAxisId="scores"
              orientation="right"
              type="category"
              dataKey="label"
              width={SCORE_WIDTH}
              axisLine={false}
              tickLine={false}
              interval={0}
              tick={<Score predictions={predictions} />}
            />
            <Bar
              dataKey="score"
              barSize={BAR_HEIGHT}
              radius={BAR_HEIGHT / 2}
              background={{ fill: 'var(--sunk)', radius: BAR_HEIGHT / 2 }}
              isAnimationActive={animated}
              animationDuration={180}
            >
              {predictions.map(({ index: labelIndex }, index) => (
                <Cell key={labelIndex} fill={index === 0 ? 'var(--accent)' : 'var(--bar)'} />
              ))}
            </Bar>
          </BarChart>
        </ResponsiveContainer>
      </div>
      <table className="sr-only">
        <caption>{t('scores')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('label')}</th>
            <th scope="col">{t('percentColumn')}</th>
          </tr>
        </thead>
        <tbody>
          {predictions.map(({ label, score, index }) => (
            <tr key={index}>
              <th scope="row" lang="en">
                {label}
              </th>
              <td>{format.percent(score)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** Props that Recharts passes to a tick. */
interface TickProps {
  x?: number
  y?: number
  index?: number
  payload?: { value: string }
}

interface LabelProps extends TickProps {
  /** Number of characters that fit. */
  count: number
}

/** A label at the left edge. Long labels are truncated and shown in full on hover. */
function Label({ count, y = 0, index = 0, payload }: LabelProps) {
  const text = payload?.value ?? ''
  const truncated = text.length > count + 2 ? `${text.slice(0, count)}…` : text
  return (
    <text
      lang="en"
      x={0}
      y={y}
      dy="0.35em"
      fontSize={14}
      fontWeight={index === 0 ? 600 : 400}
      fill={index === 0 ? 'var(--ink)' : 'var(--ink-2)'}
    >
      {truncated}
      {truncated !== text && <title>{text}</title>}
    </text>
  )
}

interface ScoreProps extends TickProps {
  predictions: readonly Prediction[]
}

/** A right-aligned score at the right edge. */
function Score({ predictions, x = 0, y = 0, index = 0 }: ScoreProps) {
  const format = useFormat()
  return (
    <text
      x={x + SCORE_WIDTH - TICK_MARGIN}
      y={y}
      dy="0.35em"
      textAnchor="end"
      className="figures"
      fontSize={13}
      fontWeight={index === 0 ? 600 : 400}
      fill={index === 0 ? 'var(--ink)' : 'var(--ink-2)'}
    >
      {format.percent(predictions[index]?.score ?? 0)}
    </text>
  )
}

const REDUCED_MOTION = '(prefers-reduced-motion: reduce)'

function useMotionAllowed(): boolean {
  return !useSyncExternalStore(
    (onChange) => {
      const query = matchMedia(REDUCED_MOTION)
      query.addEventListener('change', onChange)
      return () => query.removeEventListener('change', onChange)
    },
    () => matchMedia(REDUCED_MOTION).matches,
    () => true,
  )
}
