import { Problem } from '@/lib/shared/problems/problem'
import type { Job, JobResult } from './protocol'
import type { Priority } from './types'

/** One photo in the engine. */
export interface Task {
  job: Job
  /** Bytes that the photo occupies in the engine: its file and its decoded pixels. */
  cost: number
  /**
   * Its decode takes seconds on one thread. A worker takes only one such photo, so that its other slots keep moving.
   */
  slow: boolean
  /** Number of workers that crashed with it. */
  crashes: number
  /** Its caller has a result or has gone. */
  settled: boolean
  /** Its bytes have been released. */
  released: boolean
  resolve(result: JobResult): void
  reject(error: unknown): void
}

export interface QueueLimits {
  /** Maximum number of waiting photos. */
  photos: number
  /** Maximum bytes of waiting and running photos. */
  bytes: number
}

/**
 * Photos that wait for a worker: interactive before batch, first in first out. Limited by count and by bytes: whatever
 * does not fit is refused at once, so that an overloaded server reports it instead of growing.
 */
export class Queue {
  private readonly waiting: Record<Priority, Set<Task>> = { interactive: new Set(), batch: new Set() }
  private heldBytes = 0

  constructor(readonly limits: QueueLimits) {}

  /** Number of waiting photos. */
  get size(): number {
    return this.waiting.interactive.size + this.waiting.batch.size
  }

  /** Bytes of waiting and running photos. */
  get bytes(): number {
    return this.heldBytes
  }

  /**
   * Adds a photo. Its bytes count until `release`.
   *
   * @throws Problem `queue_full`
   */
  admit(task: Task): void {
    if (this.size >= this.limits.photos) {
      throw new Problem('queue_full', `The queue is full: ${this.size} photos are waiting. Try again in a moment.`)
    }
    // A photo larger than the whole budget is still accepted if it is alone.
    if (this.heldBytes > 0 && this.heldBytes + task.cost > this.limits.bytes) {
      throw new Problem('queue_full', 'The memory for waiting photos is full. Try again in a moment.')
    }
    this.heldBytes += task.cost
    this.waiting[task.job.priority].add(task)
  }

  /** Removes and returns the next photo of this priority that fits. */
  take(priority: Priority, fits: (task: Task) => boolean): Task | undefined {
    for (const task of this.waiting[priority]) {
      if (!fits(task)) continue
      this.waiting[priority].delete(task)
      return task
    }
    return undefined
  }

  /** Removes a waiting photo whose caller has gone. Does nothing for a running one. */
  withdraw(task: Task): void {
    if (this.waiting[task.job.priority].delete(task)) this.release(task)
  }

  /** Releases a photo's bytes, once, when no worker holds it any more. */
  release(task: Task): void {
    if (task.released) return
    task.released = true
    this.heldBytes -= task.cost
  }
}
