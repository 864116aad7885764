import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import type { DeviceState } from './device/device-state'
import type { BatchItem, Counts } from './items'
import type { LabelsFile, UnreadableLabels } from './labels'
import type { LeftOut } from './source'

export type BatchPhase = 'opening' | 'empty' | 'running' | 'paused' | 'done' | 'cancelled' | 'gone'

/** The state that the page renders. A new object after each change. */
export interface BatchSnapshot {
  phase: BatchPhase
  id: string | null
  job: Job | null
  /** The visitor's own name for the batch. */
  title: string | null
  /** The name that it has by itself: its folder, or its first file. */
  name: string
  /** ID of the model; null until it is known. */
  model: string | null
  /** Shared by the batches with the same photos on other models; null until it is known. */
  group: string | null
  /** The ID of the batch with the same photos that it was started from; null if it is the first. */
  from: string | null
  /** A new array after each change. */
  items: readonly BatchItem[]
  counts: Counts
  /** Recent throughput in photos per second, and seconds remaining; null if unknown. */
  rate: number | null
  etaSeconds: number | null
  /** How long the batch took; null before its end. */
  took: Took | null
  /** Why uploads or the server are waiting; null if nothing holds them up. */
  issue: Failure | null
  /** Whether the visitor has resumed the batch, and the server doesn't know yet. */
  resuming: boolean
  /** Whether another page of this browser uploads the photos that are missing here. */
  uploadedElsewhere: boolean
  /** Whether another browser started the batch and may still upload photos: only that ends it. */
  openElsewhere: boolean
  /** How a batch of this device is kept; null for one on the server. */
  device: DeviceState | null
  /** Whether added files are still being scanned. */
  collecting: boolean
  leftOut: readonly LeftOut[]
  labels: LabelsFile | null
  /** The labels before these, until these are understood. */
  previousLabels: LabelsFile | null
  /** The file last chosen as labels, if it can't be read. */
  unreadableLabels: UnreadableLabels | null
  /** Whether this browser can find the batch again later. */
  persisted: boolean
}

/** How long a batch took. */
export interface Took {
  seconds: number
  /** Whether pauses may be in it, because this browser didn't see the batch from its start to its end. */
  withPauses: boolean
}

/** The facts that decide a batch's phase. */
export interface PhaseInputs {
  opening: boolean
  ended: 'cancelled' | 'gone' | null
  paused: boolean
  /** Whether the server hasn't confirmed yet that it resumes. */
  resuming: boolean
  openElsewhere: boolean
  job: Job | null
  counts: Counts
}

export function phaseOf(inputs: PhaseInputs): BatchPhase {
  const { opening, ended, paused, resuming, openElsewhere, job, counts } = inputs
  const { total, done, leftOut } = counts
  if (opening) return 'opening'
  if (ended) return ended
  if (total === 0) return 'empty'
  // A bucket that is still being listed has more photos, and so may another browser.
  if (done + leftOut === total && !job?.listing && !openElsewhere) return 'done'
  return paused || (job?.reason === 'requested' && !resuming) ? 'paused' : 'running'
}

/** Whether the phase is the last one, unless failed photos are retried. */
export function hasEnded(phase: BatchPhase): phase is 'done' | 'cancelled' | 'gone' {
  return phase === 'done' || phase === 'cancelled' || phase === 'gone'
}

/** What the estimate depends on. */
export interface EstimateInputs {
  phase: BatchPhase
  job: Job | null
  counts: Counts
  issue: Failure | null
  uploadedElsewhere: boolean
  /** How long no photo has had its result. */
  silentMs: number
}

/** An estimate is dropped when no result arrives for this long, or for several times as long as a photo takes. */
const SILENT_MS = 10_000
const SILENT_PHOTOS = 3

/** For how long an estimate is good without a new result, in milliseconds. */
export function estimateLifetime(rate: number): number {
  return Math.max(SILENT_MS, (1000 * SILENT_PHOTOS) / rate)
}

/** Throughput and remaining time, if known. While something holds the batch up, the last ones known would mislead. */
export function estimate(inputs: EstimateInputs): Pick<BatchSnapshot, 'rate' | 'etaSeconds'> {
  const { phase, job, counts, issue, uploadedElsewhere, silentMs } = inputs
  const rate = phase === 'running' && issue === null ? job?.rate : null
  if (!rate || silentMs >= estimateLifetime(rate)) return { rate: null, etaSeconds: null }
  const remaining = counts.total - counts.done - counts.leftOut - (uploadedElsewhere ? 0 : counts.missing)
  return { rate, etaSeconds: remaining > 0 ? remaining / rate : null }
}

/**
 * The photos as the page shows them: while something holds up the uploads, one that is being sent only waits; so does one
 * that another page uploads.
 */
export function shownItems(
  items: readonly BatchItem[],
  issue: Failure | null,
  uploadedElsewhere: boolean,
): readonly BatchItem[] {
  if (!issue && !uploadedElsewhere) return [...items]
  const waits = ({ state }: BatchItem) =>
    (issue && (state === 'sending' || state === 'running')) || (uploadedElsewhere && state === 'missing')
  return items.map((item) => (waits(item) ? { ...item, state: 'waiting' } : item))
}

/** How fast thumbnails of photos out of sight may be made: they would slow down the upload. */
export function thumbnailPace({ phase, counts, collecting }: BatchSnapshot): 'stop' | 'slow' | 'fast' {
  if (phase === 'opening' || phase === 'gone' || counts.toUpload > 0 || collecting) return 'stop'
  return phase === 'running' ? 'slow' : 'fast'
}
