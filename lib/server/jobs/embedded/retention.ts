import type { JobFolder } from './job-folder'
import type { JobStore } from './job-store'
import type { LeaseHandle } from './lease-handle'
import type { PhotoRunner, RunnerOptions } from './photo-runner'

const SWEEP_MS = 60_000
/** If the clock of this machine differs from the disk's by more than this, one of them is wrong. */
const MAX_SKEW_MS = 60_000

/** Deletes jobs whose retention has expired: jobs that ended long ago, and open jobs that were abandoned. */
export class RetentionSweeper {
  private timer: NodeJS.Timeout | undefined
  private clockWarned = false

  constructor(
    private readonly retentionMs: number,
    private readonly store: JobStore,
    private readonly runner: PhotoRunner,
    private readonly lease: LeaseHandle,
    private readonly log: RunnerOptions['log'],
  ) {}

  start(): void {
    this.sweep()
    this.timer = setInterval(() => this.sweep(), SWEEP_MS).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private sweep(): void {
    this.store.trash.retryDiscards()
    if (this.isClockWrong()) return
    const before = Date.now() - this.retentionMs
    for (const job of this.store.jobs.values()) if (inactiveSince(job) < before) this.remove(job)
  }

  private remove(job: JobFolder): void {
    const { id } = job.spec
    try {
      this.store.remove(job)
      this.runner.remove(job)
      this.log.info({ job: id }, 'deleted a job: its retention has expired')
    } catch (err) {
      this.log.warn({ job: id, err }, 'could not delete a job whose retention has expired; retrying')
    }
  }

  /** A clock that is days ahead would delete the results of every job. */
  private isClockWrong(): boolean {
    const skew = this.lease.clockSkew()
    const wrong = Math.abs(skew) > MAX_SKEW_MS
    if (wrong && !this.clockWarned) {
      const message = 'the clock of this machine differs from the disk’s; no jobs expire until the clocks agree'
      this.log.warn({ ahead_s: Math.round(skew / 1000) }, message)
    }
    this.clockWarned = wrong
    return wrong
  }
}

/** Since when nothing more is expected of a job (milliseconds since 1970). */
function inactiveSince({ finishedAt, open, lastActivity }: JobFolder): number {
  if (finishedAt !== null) return Date.parse(finishedAt)
  return open ? lastActivity : Number.POSITIVE_INFINITY
}
