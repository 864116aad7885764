import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type Failure, isServerAway } from '../api/failure'
import { isServerReady, serverWatch } from '../api/server-watch'
import { eventsPath, fetchJob } from './api'

export interface JobListener {
  onResult(row: ResultRow): void
  onJob(job: Job): void
  /** The job no longer exists. */
  onGone(): void
  /** The server is away; events go on once it is back. */
  onLost(): void
  /** Events arrive, for the first time or again. */
  onFound(): void
}

const RECONNECT_MS = 3000

/**
 * Reports a job's events, starting with its first result, until the job ends or the returned function is called.
 * Reconnects if the connection is lost.
 */
export function followJob(id: string, listener: JobListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let checking = false
  const stopped = new AbortController()
  function stop(): void {
    stopped.abort()
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
    source.onopen = () => listener.onFound()
    source.onerror = () => void check()
  }
  /** If the server is there, the browser reconnects and resumes by itself, unless the response was no event stream. */
  async function check(): Promise<void> {
    if (checking) return
    checking = true
    const ready = await isServerReady()
    checking = false
    if (stopped.signal.aborted) return
    if (!ready) return waitForServer()
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(() => void reconnect(), RECONNECT_MS)
  }
  async function waitForServer(): Promise<void> {
    source.close()
    listener.onLost()
    await serverWatch.wait(stopped.signal)
    if (!stopped.signal.aborted) await reconnect()
  }
  async function reconnect(): Promise<void> {
    try {
      await fetchJob(id)
    } catch (error) {
      if (isServerAway(error as Failure) && !stopped.signal.aborted) return waitForServer()
      if ((error as Failure).code === 'unknown_job') {
        stop()
        listener.onGone()
      }
    }
    if (!stopped.signal.aborted) connect()
  }
  connect()
  return stop
}
