import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { eventsPath, fetchJob } from './api'

export interface JobListener {
  onResult(row: ResultRow): void
  onJob(job: Job): void
  /** The job no longer exists. */
  onGone(): void
}

const RECONNECT_MS = 3000

/**
 * Reports a job's events, starting with its first result, until the job ends or the returned function is called.
 * Reconnects if the connection is lost.
 */
export function followJob(id: string, listener: JobListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  function stop(): void {
    stopped = true
    clearTimeout(timer)
    source.close()
  }
  function connect(): void {
    source = new EventSource(eventsPath(id))
    source.addEventListener('result', ({ data }) => {
      listener.onResult((JSON.parse(data) as { row: ResultRow }).row)
    })
    source.addEventListener('job', ({ data }) => {
      const job = JSON.parse(data) as Job
      if (job.state === 'done' || job.state === 'cancelled') stop()
      listener.onJob(job)
    })
    // The browser reconnects and resumes by itself, unless the server's response wasn't an event stream.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && !stopped) timer = setTimeout(() => void reconnect(), RECONNECT_MS)
    }
  }
  async function reconnect(): Promise<void> {
    try {
      await fetchJob(id)
    } catch (error) {
      if ((error as Failure).code === 'unknown_job') {
        stop()
        listener.onGone()
      }
    }
    if (!stopped) connect()
  }
  connect()
  return stop
}
