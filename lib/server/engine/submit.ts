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
  /** None where it is infinite. */
  deadlineMs: number
  signal: AbortSignal | undefined
}

/** Puts a photo into the queue and waits for its answer, its deadline or its caller's abort. */
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
      // A worker answers each job with its own kind.
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

/** Aborts with a problem when the time is up. */
export function deadlineSignal(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(deadlineExceeded(ms)), ms).unref()
  return controller.signal
}
