import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import type { Counts } from './items'
import { type BatchPhase, hasEnded, type Took } from './snapshot'

interface TimedBatch {
  phase: BatchPhase
  job: Job | null
  counts: Counts
  /** Why uploads or the server are waiting. */
  issue: Failure | null
}

/** Measures how long a batch runs. Pauses, and waiting for the server or for files, don't count. */
export class BatchTiming {
  private measuredMs = 0
  private since: number | null = null
  /** When the last photo was done. */
  private lastDone: number
  /** How long the batch ran before this page; null if that is unknown. */
  private earlierSeconds: number | null = 0

  /** @param now milliseconds, of a clock that doesn't jump */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.lastDone = now()
  }

  /** Continues the measurement of a saved batch; null if it isn't known. */
  continueFrom(seconds: number | null): void {
    this.earlierSeconds = seconds
  }

  /** A photo has its result. */
  photoDone(): void {
    this.lastDone = this.now()
  }

  /** How long no photo has had its result, in milliseconds. */
  get silentMs(): number {
    return this.now() - this.lastDone
  }

  /** Starts or stops the clock as the batch demands, and returns how long it took if it has ended. */
  took(batch: TimedBatch): Took | null {
    const { phase, job } = batch
    if (runs(batch)) this.since ??= this.now()
    // The page learns of the end a little later.
    else this.stop(phase === 'done' ? this.lastDone : this.now())
    if (!hasEnded(phase)) return null
    if (this.earlierSeconds !== null) {
      return { seconds: this.earlierSeconds + this.measuredMs / 1000, withPauses: false }
    }
    if (!job?.finished_at) return null
    return { seconds: (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000, withPauses: true }
  }

  private stop(time: number): void {
    if (this.since !== null) this.measuredMs += Math.max(0, time - this.since)
    this.since = null
  }
}

/** Whether anything can proceed. A batch that had ended when it was opened only reads its results. */
function runs({ phase, job, counts, issue }: TimedBatch): boolean {
  const remaining = counts.total - counts.done - counts.leftOut - counts.missing
  return phase === 'running' && issue === null && remaining > 0 && !isFinal(job)
}

/** Whether the job has ended on the server. */
export function isFinal(job: Job | null): boolean {
  return job?.state === 'done' || job?.state === 'cancelled'
}
