import type { Job } from '@/lib/shared/contract/jobs'
import { withRests } from '../../event-loop/slices'
import type { JobFeed, PlacedResult } from '../jobs'
import type { JobFolder } from './job'

/** Follows a job of this process. A place is a number of bytes in its file of results. */
export class FolderFeed implements JobFeed {
  private changed = false
  private wake = () => {}
  readonly leave: () => void

  constructor(
    private readonly job: JobFolder,
    private readonly jobView: () => Job,
  ) {
    const stop = job.watch(() => this.notice())
    this.leave = () => {
      stop()
      this.notice()
    }
  }

  get stopped(): boolean {
    return this.job.stopped
  }

  async view(): Promise<Job> {
    return this.jobView()
  }

  async *since(place: string): AsyncGenerator<PlacedResult> {
    // The place may be another server's, or of a file that has lost its end: then all is told again, rather than nothing.
    for await (const { value, next } of withRests(
      this.job.since(this.job.isPlace(Number(place)) ? Number(place) : 0),
    )) {
      if (this.stopped) return
      yield { value, next: String(next) }
    }
  }

  async change(ms: number): Promise<boolean> {
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

  private notice(): void {
    this.changed = true
    this.wake()
  }
}
