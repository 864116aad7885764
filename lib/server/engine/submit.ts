import { Problem } from '@/lib/shared/problems/problem'
import type { Pool } from './pool'
import type { Job, JobResult } from './protocol'
import type { Queue, Task } from './queue'

interface Submission {
  job: Job
  cost: number
  slow?: boolean
  queue: Queue
  pool: Pool
  /** No deadline if infinite. */
  deadlineMs: number
  signal: AbortSignal | undefined
}

/** Queues a photo and waits for its result, its deadline or its caller's abort. */
export function submit<A extends JobResult>(submission: Submission): Promise<A> {
  const { job, cost, slow = false, queue, pool, deadlineMs, signal } = submission
  return new Promise<A>((resolve, reject) => {
    const settle = (finish: () => void) => {
      if (task.settled) return
      task.settled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      queue.withdraw(task)
      finish()
    }
    const task: Task = {
      job,
      cost,
      slow,
      crashes: 0,
      settled: false,
      released: false,
      // A worker returns the result type that matches the job.
      resolve: (result) => settle(() => resolve(result as A)),
      reject: (error) => settle(() => reject(error)),
    }
    const abandon = (error: unknown) => {
      pool.cancel(task)
      task.reject(error)
    }
    const abort = () => abandon(signal?.reason)
    queue.admit(task)
    const timer = Number.isFinite(deadlineMs)
      ? setTimeout(() => abandon(deadlineExceeded(deadlineMs)), deadlineMs)
      : undefined
    signal?.addEventListener('abort', abort)
    pool.dispatch()
  })
}

function deadlineExceeded(deadlineMs: number): Problem {
  return new Problem('deadline_exceeded', `There was no result within ${deadlineMs} ms. Try again in a moment.`)
}

/** A signal that aborts with a problem after the given time. */
export function deadlineSignal(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(deadlineExceeded(ms)), ms).unref()
  return controller.signal
}
