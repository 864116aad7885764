import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problem'
import type { AppEnv } from './services'

/** Seconds after which a refused caller may try again: a full queue empties in about that time. */
const RETRY_AFTER_SECONDS = 1

/** A problem as an RFC 9457 reply. */
export function problemReply(c: Context<AppEnv>, problem: Problem, headers: Record<string, string> = {}): Response {
  c.set('problem', problem.code)
  const passing = problem.status === 429 || problem.status === 503
  const again = passing ? { 'retry-after': String(problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS) } : {}
  return c.body(JSON.stringify(problem.toDetails(c.get('requestId'))), problem.status as 400, {
    'content-type': 'application/problem+json',
    ...again,
    ...headers,
  })
}

/** What was thrown, as a problem; anything that is not one is our own fault. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('internal', 'This is a fault of the server. The request id finds it in the log.', { cause: error })
}
