import type { Job } from '@/lib/shared/contract/jobs'
import { CALLBACKS_A_HOST, CALLBACKS_AT_ONCE, callbackWait, hostOf, type Post, tellEnd } from '../tell-end'
import { HostLanes } from './host-lanes'
import type { JobFolder } from './job'

/**
 * Tells the end of jobs to who asked for it, again and again until a 2xx comes back, a handful of times. It may be told twice: the id of the job says that it
 * is the same. What waits for its next attempt is a timer and nothing else.
 */
export class Callbacks {
  private readonly telling = new Set<JobFolder>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly lanes = new HostLanes(CALLBACKS_AT_ONCE, CALLBACKS_A_HOST)
  private readonly stop = new AbortController()

  constructor(
    private readonly view: (job: JobFolder) => Job,
    private readonly post: Post,
    /** Told where what is in memory could not be written. */
    private readonly unwritten: (job: JobFolder, error: Error) => void,
  ) {}

  /** Begins to tell the end of a job, where it has ended and is to be told. */
  tell(job: JobFolder): void {
    if (!this.isDue(job) || this.telling.has(job)) return
    this.telling.add(job)
    this.queue(job)
  }

  close(): void {
    this.stop.abort()
    this.lanes.clear()
    for (const timer of this.timers) clearTimeout(timer)
  }

  private isDue(job: JobFolder): boolean {
    const over = job.state === 'done' || job.state === 'cancelled'
    return over && !job.stopped && job.callback?.state === 'waiting' && !this.stop.signal.aborted
  }

  private queue(job: JobFolder): void {
    this.lanes.run(hostOf(job.spec.callback as { url: string }), () => this.attempt(job))
  }

  private async attempt(job: JobFolder): Promise<void> {
    const wait = this.isDue(job) ? await this.tellOnce(job) : null
    if (wait === null || this.stop.signal.aborted) {
      this.telling.delete(job)
      // It may have been run again and have ended again meanwhile.
      this.tell(job)
      return
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      this.queue(job)
    }, wait)
    this.timers.add(timer)
  }

  /** → how long to wait before the next attempt (milliseconds), or null where there is none. */
  private async tellOnce(job: JobFolder): Promise<number | null> {
    const target = job.spec.callback as { url: string; secret: string }
    const attempts = (job.callback?.attempts ?? 0) + 1
    const delivered = await tellEnd(target, this.view(job), this.post, this.stop.signal)
    if (!this.isDue(job)) return null
    const wait = delivered ? null : callbackWait(attempts)
    this.note(job, attempts, delivered ? 'delivered' : wait === null ? 'given_up' : 'waiting')
    return wait
  }

  private note(job: JobFolder, attempts: number, state: 'waiting' | 'delivered' | 'given_up'): void {
    try {
      job.setCallback({ attempts, state })
      job.changed()
    } catch (error) {
      this.unwritten(job, error as Error)
    }
  }
}
