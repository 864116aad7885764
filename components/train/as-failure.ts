import { type Failure, OFFLINE } from '@/lib/client/api/failure'

/** What a request threw. Anything but a failure is about code that couldn't be loaded, as without a connection. */
export function asFailure(error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' ? (error as Failure) : OFFLINE
}
