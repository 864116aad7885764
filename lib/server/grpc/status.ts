import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { Problem, ProblemCode } from '@/lib/shared/problems/problem'

/** The problems whose HTTP status has another meaning than their gRPC status. */
const BY_CODE: Partial<Record<ProblemCode, status>> = {
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  // As gRPC itself refuses a message over the limit.
  too_large: status.RESOURCE_EXHAUSTED,
}

const BY_HTTP_STATUS: Record<number, status> = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  409: status.ABORTED,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
  507: status.RESOURCE_EXHAUSTED,
}

/** Milliseconds after which a client whose policy is to retry may do so. */
const RETRY_AFTER_MS = 1000

/** A problem as gRPC has it. Its stable code is in the trailing metadata, as `problem-code`. */
export function statusOf(problem: Problem, trailer = new Metadata()): StatusObject {
  trailer.set('problem-code', problem.code)
  if (problem.status === 429) {
    const ms = problem.retryAfterSeconds === undefined ? RETRY_AFTER_MS : 1000 * problem.retryAfterSeconds
    trailer.set('grpc-retry-pushback-ms', String(ms))
  }
  return {
    code: BY_CODE[problem.code] ?? BY_HTTP_STATUS[problem.status] ?? status.INVALID_ARGUMENT,
    // Half of a character outside the basic plane, from a name that was cut, can't be sent.
    details: Buffer.from(problem.detail).toString(),
    metadata: trailer,
  }
}
