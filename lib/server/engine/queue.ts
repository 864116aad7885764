import { Problem } from '@/lib/shared/problems/problem'
import type { Job, JobResult } from './protocol'
import type { Priority } from './types'

/** One photo on its way through the engine. */
export interface Task {
  job: Job
  /** Bytes that the photo holds while it is here: its file and its decoded pixels. */
  cost: number
  /** Its decode takes seconds on one thread: a worker holds one such photo, so that its other places go on. */
  slow: boolean
  /** Times that a worker died with it. */
  crashes: number
  /** Its caller has an answer or has gone. */
  settled: boolean
  /** Its bytes have been given back. */
  released: boolean
  resolve(result: JobResult): void
  reject(error: unknown): void
}

export interface QueueLimits {
  /** Photos that may wait. */
  photos: number
  /** Bytes that waiting and running photos may hold. */
  bytes: number
}

/**
 * Photos that wait for a worker, people before batches, first come first served. Bounded in photos and in bytes:
 * what does not fit is refused at once, so that a full server says so instead of growing.
 */
export class Queue {
  private readonly waiting: Record<Priority, Set<Task>> = { interactive: new Set(), batch: new Set() }
  private heldBytes = 0

  constructor(readonly limits: QueueLimits) {}

  /** Photos that wait. */
  get size(): number {
    return this.waiting.interactive.size + this.waiting.batch.size
  }

  /** Bytes that waiting and running photos hold. */
  get bytes(): number {
    return this.heldBytes
  }

  /**
   * Takes a photo in. Its bytes count until `release`.
   *
   * @throws Problem `queue_full`
   */
  admit(task: Task): void {
    if (this.size >= this.limits.photos) {
      throw new Problem('queue_full', `${this.size} photos are already waiting. Try again in a moment.`)
    }
    // A photo larger than the whole budget still passes when it is alone.
    if (this.heldBytes > 0 && this.heldBytes + task.cost > this.limits.bytes) {
      throw new Problem('queue_full', 'The memory for waiting photos is full. Try again in a moment.')
    }
    this.heldBytes += task.cost
    this.waiting[task.job.priority].add(task)
  }

  /** The next photo of this kind that fits, taken out of the queue. */
  take(priority: Priority, fits: (task: Task) => boolean): Task | undefined {
    for (const task of this.waiting[priority]) {
      if (!fits(task)) continue
      this.waiting[priority].delete(task)
      return task
    }
    return undefined
  }

  /** Takes a photo out that still waits, because its caller has gone. Does nothing for one that runs. */
  withdraw(task: Task): void {
    if (this.waiting[task.job.priority].delete(task)) this.release(task)
  }

  /** Gives a photo's bytes back, once: when no worker holds it any more. */
  release(task: Task): void {
    if (task.released) return
    task.released = true
    this.heldBytes -= task.cost
  }
}
