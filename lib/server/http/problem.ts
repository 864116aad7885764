import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import { redactKeys } from '../keys/token'
import { json } from './json-response'
import type { AppEnv, Services } from './services'

/** Seconds until a refused client may retry: about the time a full queue takes to drain. */
const RETRY_AFTER_SECONDS = 1

/** Sends a problem as an RFC 9457 response, or in the form of the path's dialect. */
export function problemReply(c: Context<AppEnv>, failure: Problem, headers: Record<string, string> = {}): Response {
  const problem = withoutKeys(failure)
  c.set('problem', problem.code)
  const temporary = problem.status === 429 || problem.status === 503
  const retryAfter = temporary ? { 'retry-after': String(problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS) } : {}
  const challenge = CHALLENGES[problem.code]
  if (challenge !== undefined) c.header('www-authenticate', challenge)
  const form = c.get('errorReply')
  if (form) {
    const { status, body } = form(problem)
    return json(c, body, status, { ...retryAfter, ...headers })
  }
  const type = { 'content-type': 'application/problem+json' }
  return json(c, problem.toDetails(c.get('requestId')), problem.status, { ...type, ...retryAfter, ...headers })
}

/** What RFC 6750 has for problems with a key. */
const CHALLENGES: Partial<Record<Problem['code'], string>> = {
  key_required: 'Bearer realm="Vision"',
  invalid_key: 'Bearer realm="Vision", error="invalid_token"',
  key_expired: 'Bearer realm="Vision", error="invalid_token", error_description="The key expired"',
  key_revoked: 'Bearer realm="Vision", error="invalid_token", error_description="The key was revoked"',
  insufficient_scope: 'Bearer realm="Vision", error="insufficient_scope"',
}

/** Some problems repeat what the client sent. */
function withoutKeys(problem: Problem): Problem {
  const detail = redactKeys(problem.detail)
  if (detail === problem.detail) return problem
  const { code, retryAfterSeconds, cause } = problem
  return new Problem(code, detail, { cause, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) })
}

/** Converts anything thrown to a problem. Whatever isn't one is an internal error. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem(
        'internal',
        'Something went wrong on the server. The operator can find the error in the log by the request id.',
        { cause: error },
      )
}

/** The response to an error thrown by a handler. Internal errors are logged. */
export function failureReply({ log }: Pick<Services, 'log'>) {
  return (error: unknown, c: Context<AppEnv>): Response => {
    // The client disconnected, so nothing reads this response; it only sets the status in the log.
    if (c.req.raw.signal.aborted) return c.body(null, 499 as 400)
    const problem = asProblem(error)
    if (problem.code === 'internal') log.error({ request_id: c.get('requestId'), err: error }, 'internal error')
    return problemReply(c, problem)
  }
}
