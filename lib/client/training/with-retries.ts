import { type Failure, FILE_UNREADABLE, isServerAway } from '../api/failure'
import { wait } from '../event-loop/wait'

/** Retries while the server is busy. */
const MAX_RETRIES = 5
const RETRY_MS = 1000

/** Who waits for a server that is away, and who is told that a request is made once more. */
export interface Retrying {
  signal: AbortSignal
  waitForServer(signal: AbortSignal): Promise<void>
  onRetry?(): void
}

/**
 * Waits for a server that is away as long as it takes, and for a busy one a few times.
 *
 * @throws Failure, or the signal's reason
 */
export async function withRetries<T>(request: () => Promise<T>, retrying: Retrying): Promise<T> {
  const { signal, waitForServer, onRetry } = retrying
  for (let retries = 0; ; ) {
    try {
      return await request()
    } catch (error) {
      signal.throwIfAborted()
      const failure = asFailure(error)
      if (isServerAway(failure)) await waitForServer(signal)
      else if (failure.retryAfterMs !== null && failure.retryable && retries++ < MAX_RETRIES)
        await wait(Math.max(failure.retryAfterMs, RETRY_MS), signal)
      else throw failure
      signal.throwIfAborted()
      onRetry?.()
    }
  }
}

/** Errors of the browser itself, such as a file that was deleted in the meantime, are failures to read it. */
export function asFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error as Failure
  return FILE_UNREADABLE
}
