'use client'

import type { ReactNode } from 'react'
import { CartesianGrid, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { rootFontSize } from '../ui/root-font-size'

const TICKS = [0, 0.25, 0.5, 0.75, 1]
const UPPER_TICKS = [0.5, 0.6, 0.7, 0.8, 0.9, 1]
const FONT_SIZE = '0.75rem'
const TICK = { fontSize: FONT_SIZE, fill: 'var(--ink-3)', className: 'figures' }

/** Shares from 0 to 1. */
interface SharePoint {
  accuracy: number
  confidence?: number
  coverage?: number
}

interface ShareChartProps {
  points: readonly SharePoint[]
  /** The share on the horizontal axis. */
  by: 'confidence' | 'coverage'
  /** What the horizontal axis shows. */
  label: string
  /** In rem. */
  height: number
  /** Where the vertical axis starts. */
  bottom?: 0 | 0.5
  /** Lines and marks. */
  children: ReactNode
}

/** Accuracy by another share, both in percent. Hidden from screen readers, which get the figures as a table. */
export function ShareChart({ points, by, label, height, bottom = 0, children }: ShareChartProps) {
  const rem = rootFontSize()
  const margin = { top: 0.5 * rem, right: 0.75 * rem, bottom: 1.25 * rem, left: 0 }
  return (
    <div aria-hidden className="mt-3">
      <ResponsiveContainer width="100%" height={height * rem}>
        <LineChart accessibilityLayer={false} data={[...points]} margin={margin}>
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            type="number"
            dataKey={by}
            domain={[0, 1]}
            ticks={TICKS}
            tickFormatter={percent}
            tick={TICK}
            stroke="var(--line-2)"
            label={{ value: label, position: 'bottom', offset: 0.25 * rem, fontSize: FONT_SIZE, fill: 'var(--ink-2)' }}
          />
          <YAxis
            type="number"
            dataKey="accuracy"
            domain={[bottom, 1]}
            ticks={bottom === 0 ? TICKS : UPPER_TICKS}
            tickFormatter={percent}
            tick={TICK}
            stroke="var(--line-2)"
            width={2.25 * rem}
          />
          {children}
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}

const percent = (share: number) => String(Math.round(100 * share))
