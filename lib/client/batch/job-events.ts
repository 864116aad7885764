import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { eventsPath, fetchJob } from './api'

export interface Follower {
  result(row: ResultRow): void
  job(job: Job): void
  /** There is no such job any more. */
  gone(): void
}

const AGAIN_MS = 3000

/** Tells what happens to a job, from its first result on, until it ends or the returned function is called. A lost connection is made again. */
export function follow(id: string, follower: Follower): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  function stop(): void {
    stopped = true
    clearTimeout(timer)
    source.close()
  }
  function listen(): void {
    source = new EventSource(eventsPath(id))
    source.addEventListener('result', ({ data }) => {
      follower.result((JSON.parse(data) as { row: ResultRow }).row)
    })
    source.addEventListener('job', ({ data }) => {
      const job = JSON.parse(data) as Job
      if (job.state === 'done' || job.state === 'cancelled') stop()
      follower.job(job)
    })
    // The browser itself connects again, and goes on where it was, unless the server answered with something else than events.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && !stopped) timer = setTimeout(() => void ask(), AGAIN_MS)
    }
  }
  async function ask(): Promise<void> {
    try {
      await fetchJob(id)
    } catch (error) {
      if ((error as Failure).code === 'unknown_job') {
        stop()
        follower.gone()
      }
    }
    if (!stopped) listen()
  }
  listen()
  return stop
}
