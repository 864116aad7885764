import { Problem } from '@/lib/shared/problem'
import { StoreError } from '../../storage/objects'

/** Why something failed, as the operator reads it: for trouble with the bucket the object's key and what the bucket said of it. */
export function reasonOf(error: unknown): string {
  const { cause } = error as Error
  if (cause instanceof StoreError) return `${cause.place}: ${cause.message}`
  return error instanceof Problem && cause instanceof Error ? cause.message : (error as Error).message
}

/** The same failure with that reason: a queue keeps nothing else of it. */
export function withReason(error: unknown): Error {
  return new Error(reasonOf(error), { cause: error })
}
