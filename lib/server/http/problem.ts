import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from './json-reply'
import type { AppEnv, Services } from './services'

/** Seconds after which a refused caller may try again: a full queue empties in about that time. */
const RETRY_AFTER_SECONDS = 1

/** A problem as an RFC 9457 reply. */
export function problemReply(c: Context<AppEnv>, problem: Problem, headers: Record<string, string> = {}): Response {
  c.set('problem', problem.code)
  const passing = problem.status === 429 || problem.status === 503
  const again = passing ? { 'retry-after': String(problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS) } : {}
  const type = { 'content-type': 'application/problem+json' }
  return json(c, problem.toDetails(c.get('requestId')), problem.status, { ...type, ...again, ...headers })
}

/** What was thrown, as a problem; anything that is not one is our own fault. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('internal', 'This is a fault of the server. The request id finds it in the log.', { cause: error })
}

/** The reply to what a handler throws. Our own faults are logged. */
export function failureReply({ log }: Pick<Services, 'log'>) {
  return (error: unknown, c: Context<AppEnv>): Response => {
    // The caller has gone; what is returned here nobody reads, and the log says so.
    if (c.req.raw.signal.aborted) return c.body(null, 499 as 400)
    const problem = asProblem(error)
    if (problem.code === 'internal') log.error({ request_id: c.get('requestId'), err: error }, 'internal error')
    return problemReply(c, problem)
  }
}
