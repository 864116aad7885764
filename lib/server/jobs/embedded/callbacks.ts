import type { Job } from '@/lib/shared/jobs'
import { CALLBACK_WAITS, type Post, tellEnd } from '../tell-end'
import type { JobFolder } from './job'

/** Tells the end of jobs to who asked for it, again and again until a 2xx comes back, a handful of times. It may be told twice: the id of the job says that it is the same. */
export class Callbacks {
  private readonly telling = new Set<JobFolder>()
  private readonly stop = new AbortController()

  constructor(
    private readonly view: (job: JobFolder) => Job,
    private readonly post: Post,
    /** Told where what is in memory could not be written. */
    private readonly unwritten: (job: JobFolder, error: Error) => void,
  ) {}

  /** Begins to tell the end of a job, where it has ended and is to be told. */
  tell(job: JobFolder): void {
    const over = job.state === 'done' || job.state === 'cancelled'
    if (!over || job.stopped || job.callback?.state !== 'waiting' || this.telling.has(job)) return
    this.telling.add(job)
    void this.attempts(job).finally(() => this.telling.delete(job))
  }

  close(): void {
    this.stop.abort()
  }

  private async attempts(job: JobFolder): Promise<void> {
    const target = job.spec.callback as { url: string; secret: string }
    const over = () => this.stop.signal.aborted || job.stopped
    for (let attempts = (job.callback?.attempts ?? 0) + 1; ; attempts++) {
      const delivered = await tellEnd(target, this.view(job), this.post, this.stop.signal)
      if (over()) return
      const wait = delivered ? undefined : CALLBACK_WAITS[attempts - 1]
      this.note(job, attempts, delivered ? 'delivered' : wait === undefined ? 'given_up' : 'waiting')
      if (wait === undefined) return
      await this.pause(wait)
      if (over()) return
    }
  }

  private note(job: JobFolder, attempts: number, state: 'waiting' | 'delivered' | 'given_up'): void {
    try {
      job.setCallback({ attempts, state })
      job.changed()
    } catch (error) {
      this.unwritten(job, error as Error)
    }
  }

  private pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds)
      this.stop.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
