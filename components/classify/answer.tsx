'use client'

import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import type { Phase } from '@/lib/client/photo-session'
import { confidence } from '@/lib/shared/confidence'
import type { Classification } from '@/lib/shared/contract'
import { bytes, percent } from '@/lib/shared/format'
import { ROW_HEIGHT } from '../charts/row-height'
import { FailureNotice } from './failure-notice'
import { Timings } from './timings'
import { WhatItSaw } from './what-it-saw'

// Recharts measures in the browser; on the server it would guess and the page would jump.
const ProbabilityChart = dynamic(() => import('../charts/probability-chart'), { ssr: false })

interface AnswerProps {
  file: Blob
  model: string
  phase: Phase | undefined
  /** Predictions to show, and the score that they have at least. */
  shown: number
  least: number
  onRetry(): void
  onRemove(): void
}

/** What is known of the selected photo so far. */
export function Answer({ file, model, phase, shown, least, onRetry, onRemove }: AnswerProps) {
  if (phase?.name === 'answered')
    return <Labels file={file} model={model} result={phase.result} shown={shown} least={least} />
  if (phase?.name === 'failed') return <FailureNotice failure={phase.failure} onRetry={onRetry} onRemove={onRemove} />
  return <Pending phase={phase} shown={shown} />
}

interface LabelsProps extends Pick<AnswerProps, 'file' | 'model' | 'shown' | 'least'> {
  result: Classification
}

function Labels({ file, model, result, shown, least }: LabelsProps) {
  const [best] = result.predictions
  const predictions = result.predictions.slice(0, shown).filter(({ score }) => score >= least)
  if (!best) return null
  const { words, tone } = confidence(best.score, result.uncertain)
  return (
    <>
      <p className={tone === 'uncertain' ? 'font-semibold text-warn' : 'font-semibold text-accent'}>{words}</p>
      <h1 className="text-balance font-semibold text-2xl leading-[1.1] tracking-[-0.03em] lg:text-3xl">{best.label}</h1>
      <p className="mt-3 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="figures text-[24px]">
          {percent(best.score)}
          <span className="ml-0.5 text-ink-2 text-sm">%</span>
        </span>
        <span className="text-ink-2 text-sm" title={result.model.calibrated ? CALIBRATED : NOT_CALIBRATED}>
          {result.model.calibrated ? 'calibrated' : 'score, not calibrated'}
        </span>
      </p>
      {best.note && <p className="mt-3 text-ink-2 text-sm">{best.note}</p>}
      {tone === 'uncertain' && (
        <p className="mt-3 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">{whyUncertain(result)}</p>
      )}
      {/* As high as without a least score, so that nothing below jumps while it is moved. */}
      <div className="mt-6" style={{ minHeight: ROW_HEIGHT * Math.min(shown, result.predictions.length) }}>
        {predictions.length > 0 ? (
          <ProbabilityChart predictions={predictions} />
        ) : (
          <p className="text-ink-2 text-sm">No label reaches {Math.round(100 * least)} %.</p>
        )}
      </div>
      <Timings timings={result.timings} />
      <WhatItSaw file={file} model={model} />
    </>
  )
}

const CALIBRATED = 'Of 100 answers with this confidence, about so many were right when this model was measured.'
const NOT_CALIBRATED = 'Nobody has measured how often this model is right at such a score.'

/** What the reader should make of it. */
function whyUncertain({ uncertain_reason, predictions: [first, second] }: Classification): string {
  switch (uncertain_reason) {
    case 'unlike_known':
      return 'This looks unlike the photos that the model knows. It may show something that none of its labels names.'
    case 'small_margin':
      return second
        ? `It could as well be “${second.label}”: the two are about equally likely.`
        : 'Another label is about equally likely.'
    default:
      return `At ${percent(first?.score ?? 0)} % it is more likely wrong than right.`
  }
}

/** The shape of the answer before it is there: same places, same sizes, nothing jumps. */
function Pending({ phase, shown }: { phase: Phase | undefined; shown: number }) {
  const slow = useSlow(3000)
  const seconds = useSecondsUntil(phase?.name === 'busy' ? phase.until : null)
  return (
    <div aria-busy="true">
      <p className="font-semibold text-ink-2">{step(phase, slow, seconds)}</p>
      <div className="mt-1.5 h-11 w-3/5 animate-pulse rounded-card bg-sunk lg:h-[50px]" />
      <div className="mt-4 flex h-7 items-center">
        <Progress phase={phase} />
      </div>
      <div className="mt-7 animate-pulse" style={{ height: ROW_HEIGHT * shown }}>
        {[72, 30, 22, 16, 12, 10, 9, 8, 7, 6].slice(0, shown).map((width) => (
          <div key={width} className="flex items-center gap-6" style={{ height: ROW_HEIGHT }}>
            <span className="h-2.5 w-28 rounded-full bg-sunk" />
            <span className="h-2.5 flex-1 rounded-full bg-sunk" />
          </div>
        ))}
      </div>
    </div>
  )
}

function step(phase: Phase | undefined, slow: boolean, seconds: number): string {
  switch (phase?.name) {
    case 'uploading':
      return `Uploading, ${bytes(phase.sent)} of ${bytes(phase.total)}`
    case 'running':
      return slow ? 'Still classifying; the server has much to do' : 'Classifying'
    case 'busy':
      return seconds > 0 ? `The server is busy; asking again in ${seconds} s` : 'The server is busy; asking again now'
    default:
      return 'Waiting for its turn'
  }
}

function Progress({ phase }: { phase: Phase | undefined }) {
  const part = phase?.name === 'uploading' ? phase.sent / Math.max(phase.total, 1) : phase?.name === 'running' ? 1 : 0
  return (
    <div
      role="progressbar"
      aria-label="Upload"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * part)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunk"
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-150"
        style={{ width: `${100 * part}%` }}
      />
    </div>
  )
}

/** Seconds from now until then, counted down; 0 where there is nothing to wait for. */
function useSecondsUntil(until: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (until === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [until])
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000))
}

/** True once the component has been there for so long. */
function useSlow(ms: number): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return slow
}
