import { Problem } from '@/lib/shared/problems/problem'

/** Trainings that wait. Each has its examples in memory. */
const MAX_WAITING = 8
const RETRY_SECONDS = 10

/** Lets one training run at a time: each may use all the memory that is left. */
export class TrainingSlots {
  private last: Promise<unknown> = Promise.resolve()
  private waiting = 0

  /** @throws Problem `queue_full`, or the signal's reason */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.waiting > MAX_WAITING)
      throw new Problem('queue_full', 'Other models are being trained. Try again later.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    this.waiting++
    const turn = this.last.catch(() => {})
    const done = turn.then(() => {
      signal.throwIfAborted()
      return work()
    })
    this.last = done
    return done.finally(() => this.waiting--)
  }
}
