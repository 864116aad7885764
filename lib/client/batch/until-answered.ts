import { type Failure, isServerAway } from '../api/failure'
import { serverWatch } from '../api/server-watch'

const RETRY_MS = 3000

interface Asker {
  /** The server doesn't know the job. */
  onGone(): void
  /** Why there is no answer yet. */
  onIssue(failure: Failure): void
  signal: AbortSignal
}

/** Repeats a request until the server has answered it, or the signal is aborted. */
export async function untilAnswered(request: () => Promise<void>, { onGone, onIssue, signal }: Asker): Promise<void> {
  while (!signal.aborted) {
    try {
      return await request()
    } catch (error) {
      const failure = error as Failure
      if (failure.code === 'unknown_job') return onGone()
      onIssue(failure)
      if (isServerAway(failure)) await serverWatch.wait(signal)
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
