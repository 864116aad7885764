import { Problem } from '@/lib/shared/problems/problem'
import { BucketError } from '../../storage/object-store'

/** Why something failed, for the operator. For a bucket failure: the object's key and the bucket's message. */
export function reasonOf(error: unknown): string {
  const { cause } = error as Error
  if (cause instanceof BucketError) return `${cause.location}: ${cause.message}`
  return error instanceof Problem && cause instanceof Error ? cause.message : (error as Error).message
}

/** The same failure with that reason as its message, which is all that a queue keeps of it. */
export function withReason(error: unknown): Error {
  return new Error(reasonOf(error), { cause: error })
}

/**
 * The bucket reports that an object exists and that it doesn't. Nothing can be based on that, so the work is retried.
 */
export class InconsistentBucket extends Problem {
  constructor(key: string) {
    const detail = 'The bucket returned inconsistent answers. Try again.'
    const cause = new BucketError(key, 'it exists when it is written, but not when it is read')
    super('not_ready', detail, { retryAfterSeconds: 5, cause })
  }
}

/** Logs that a job lacked something when it seemed done, and was rebuilt. */
export function logMissing(
  log: { warn(fields: object, message: string): void },
  job: string,
  missing: string | null,
): void {
  if (missing !== null) log.warn({ job, missing }, 'a job that seemed done was incomplete; rebuilt it from the bucket')
}
