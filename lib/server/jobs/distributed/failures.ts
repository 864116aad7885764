import { Problem } from '@/lib/shared/problems/problem'
import { BucketError } from '../../storage/object-store'

/** Why something failed, as the operator reads it: for trouble with the bucket the object's key and what the bucket said of it. */
export function reasonOf(error: unknown): string {
  const { cause } = error as Error
  if (cause instanceof BucketError) return `${cause.location}: ${cause.message}`
  return error instanceof Problem && cause instanceof Error ? cause.message : (error as Error).message
}

/** The same failure with that reason: a queue keeps nothing else of it. */
export function withReason(error: unknown): Error {
  return new Error(reasonOf(error), { cause: error })
}

/** The store says of one object that it is there and that it is not. Nothing can be built on that: it is asked again. */
export class InconsistentBucket extends Problem {
  constructor(key: string) {
    const detail = 'The bucket contradicts itself. Try again.'
    const cause = new BucketError(key, 'it cannot be written because it is there, and it is not there')
    super('not_ready', detail, { retryAfterSeconds: 5, cause })
  }
}

/** Says that a job had lost something at what would have been its end, and is made anew. */
export function logMissing(
  log: { warn(fields: object, message: string): void },
  job: string,
  missing: string | null,
): void {
  if (missing !== null) log.warn({ job, missing }, 'a job that seemed done is not; it is made anew from the bucket')
}
