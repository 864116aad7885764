import type { Job } from '@/lib/shared/contract/jobs'
import { yieldingBetween } from '../../event-loop/slices'
import type { JobFeed, PositionedResult } from '../backend'
import type { JobFolder } from './job-folder'

/** Follows a job of this process. A position is a byte offset in the results file. */
export class FolderFeed implements JobFeed {
  private changed = false
  private wake = () => {}
  readonly close: () => void

  constructor(
    private readonly job: JobFolder,
    private readonly jobView: () => Job,
  ) {
    const stop = job.watch(() => this.onChange())
    this.close = () => {
      stop()
      this.onChange()
    }
  }

  get stopped(): boolean {
    return this.job.stopped
  }

  async view(): Promise<Job> {
    return this.jobView()
  }

  async *resultsSince(position: string): AsyncGenerator<PositionedResult> {
    // The position may be from another server, or from a file that lost its end: start again rather than skip results.
    for await (const { value, next } of yieldingBetween(
      this.job.resultsSince(this.job.isPosition(Number(position)) ? Number(position) : 0),
    )) {
      if (this.stopped) return
      yield { value, next: String(next) }
    }
  }

  async waitForChange(ms: number): Promise<boolean> {
    if (!this.changed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    const changed = this.changed
    this.changed = false
    return changed
  }

  private onChange(): void {
    this.changed = true
    this.wake()
  }
}
