import type { JobCheck } from '@/lib/shared/contract/check'
import { type Failure, isServerAway } from '../api/failure'
import { serverWatch } from '../api/server-watch'
import { wait } from '../event-loop/wait'
import { fetchCheck, postCheck } from './api'
import { untilAnswered } from './until-answered'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5000

/** Reports how far the check of a job is, until it is done or has failed. */
export async function followCheck(id: string, onCheck: (check: JobCheck) => void, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  const ask = async () => {
    const check = await fetchCheck(id)
    if (both.aborted) return
    onCheck(check)
    if (check.state === 'done' || check.state === 'failed') ended.abort()
  }
  for (let pause = FIRST_PAUSE_MS; !both.aborted; pause = Math.min(1.5 * pause, LONGEST_PAUSE_MS)) {
    await untilAnswered(ask, { onGone: () => ended.abort(), onIssue: () => {}, signal: both })
    if (!both.aborted) await wait(pause, both)
  }
}

/**
 * Checks a job again, if need be once the server is back.
 *
 * @param labels CSV; null for labels by folder
 * @throws Failure if the server refuses; the signal's reason
 */
export async function checkAgain(id: string, labels: string | null, signal: AbortSignal): Promise<JobCheck> {
  for (;;) {
    try {
      return await postCheck(id, labels, signal)
    } catch (error) {
      signal.throwIfAborted()
      const failure = error as Failure
      if (!failure.retryable) throw failure
      if (isServerAway(failure)) await serverWatch.wait(signal)
      else await wait(failure.retryAfterMs ?? LONGEST_PAUSE_MS, signal)
      signal.throwIfAborted()
    }
  }
}
