'use client'

import type { ReactNode } from 'react'
import type { Phase } from '@/lib/client/photos/photo'
import type { Area } from '@/lib/shared/crop/crop'
import { FailureNotice, ModelInput } from './answer-parts'
import { Pending } from './pending'
import { ScoreBars } from './score-bars'
import { ServerAway } from './server-away'
import { Timings } from './timings'
import { TopPrediction } from './top-prediction'

interface PhotoResultProps {
  file: Blob
  model: string
  /** The part of the photo that the visitor chose; null for the model's own crop. */
  crop: Area | null
  phase: Phase | undefined
  /** How many predictions to show, and their minimum score. */
  labelCount: number
  minScore: number
  /** Whether it is classified in this browser. */
  here: boolean
  onRetry(): void
  /** Asks at once whether the server is back. */
  onTryServer(): void
  onRemove(): void
  /** Rendered below the result. */
  children?: ReactNode
}

/** The selected photo's result, or its progress or failure. */
export function PhotoResult({
  file,
  model,
  crop,
  phase,
  labelCount,
  minScore,
  here,
  onRetry,
  onTryServer,
  onRemove,
  children,
}: PhotoResultProps) {
  if (phase?.name === 'failed') return <FailureNotice failure={phase.failure} onRetry={onRetry} onRemove={onRemove} />
  if (phase?.name === 'away') return <ServerAway here={here} onTryNow={onTryServer} />
  if (phase?.name !== 'answered') {
    return (
      <>
        <Pending phase={phase} labelCount={labelCount} />
        {children && <div className="mt-1 h-8" />}
      </>
    )
  }
  return (
    <>
      <TopPrediction result={phase.result} />
      <ScoreBars predictions={phase.result.predictions} labelCount={labelCount} minScore={minScore} />
      <Timings timings={phase.result.timings} here={here} />
      <ModelInput file={file} model={model} crop={crop} here={here} />
      {children}
    </>
  )
}
