import type { Job } from '@/lib/shared/contract/jobs'
import { callbackDelay, hostOf, MAX_CALLBACKS, MAX_CALLBACKS_PER_HOST, type Post, sendCallback } from '../send-callback'
import { HostLimiter } from './host-limiter'
import type { JobFolder } from './job-folder'

/**
 * Sends the callbacks of ended jobs and retries each a few times until the receiver answers 2xx. A receiver may get a
 * callback twice and recognizes it by the job's ID. A callback that waits for its next attempt is only a timer.
 */
export class CallbackSender {
  private readonly active = new Set<JobFolder>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly limiter = new HostLimiter(MAX_CALLBACKS, MAX_CALLBACKS_PER_HOST)
  private readonly stop = new AbortController()

  constructor(
    private readonly view: (job: JobFolder) => Job,
    private readonly post: Post,
    /** Called if the delivery status couldn't be written. */
    private readonly onWriteError: (job: JobFolder, error: Error) => void,
  ) {}

  /** Starts to send a job's callback if it has ended and the callback is due. */
  notify(job: JobFolder): void {
    if (!this.isDue(job) || this.active.has(job)) return
    this.active.add(job)
    this.queue(job)
  }

  close(): void {
    this.stop.abort()
    this.limiter.clear()
    for (const timer of this.timers) clearTimeout(timer)
  }

  private isDue(job: JobFolder): boolean {
    const over = job.state === 'done' || job.state === 'cancelled'
    return over && !job.stopped && job.callback?.state === 'waiting' && !this.stop.signal.aborted
  }

  private queue(job: JobFolder): void {
    this.limiter.run(hostOf(job.spec.callback as { url: string }), () => this.attempt(job))
  }

  private async attempt(job: JobFolder): Promise<void> {
    const delay = this.isDue(job) ? await this.send(job) : null
    if (delay === null || this.stop.signal.aborted) {
      this.active.delete(job)
      // The job may have been retried and have ended again meanwhile.
      this.notify(job)
      return
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      this.queue(job)
    }, delay)
    this.timers.add(timer)
  }

  /** → the delay before the next attempt (milliseconds), or null if there is none. */
  private async send(job: JobFolder): Promise<number | null> {
    const target = job.spec.callback as { url: string; secret: string }
    const attempts = (job.callback?.attempts ?? 0) + 1
    const delivered = await sendCallback(target, this.view(job), this.post, this.stop.signal)
    if (!this.isDue(job)) return null
    const delay = delivered ? null : callbackDelay(attempts)
    this.record(job, attempts, delivered ? 'delivered' : delay === null ? 'given_up' : 'waiting')
    return delay
  }

  private record(job: JobFolder, attempts: number, state: 'waiting' | 'delivered' | 'given_up'): void {
    try {
      job.setCallback({ attempts, state })
      job.notifyWatchers()
    } catch (error) {
      this.onWriteError(job, error as Error)
    }
  }
}
