import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import type { BatchItem, Counts } from './items'
import type { LabelsFile } from './labels'
import type { LeftOut } from './source'

export type BatchPhase = 'opening' | 'empty' | 'running' | 'paused' | 'done' | 'cancelled' | 'gone'

/** What the page shows. A new object at each change. */
export interface BatchSnapshot {
  phase: BatchPhase
  id: string | null
  job: Job | null
  /** Another list at each change. */
  items: readonly BatchItem[]
  counts: Counts
  /** Photos a second of late, and seconds to the end, where they are known. */
  rate: number | null
  etaSeconds: number | null
  /** What uploads or the server wait for. */
  trouble: Failure | null
  /** Whether files are being looked through. */
  collecting: boolean
  leftOut: readonly LeftOut[]
  labels: LabelsFile | null
  /** Whether this browser will know of the batch later. */
  kept: boolean
}

/** How fast a batch is, and how long it takes, as far as that is known. */
export function pace(phase: BatchPhase, job: Job | null, counts: Counts): Pick<BatchSnapshot, 'rate' | 'etaSeconds'> {
  const rate = phase === 'running' ? (job?.rate ?? null) : null
  const left = counts.total - counts.done - counts.leftOut - counts.missing
  return { rate, etaSeconds: rate ? left / rate : null }
}
