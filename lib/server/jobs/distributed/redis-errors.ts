import { Problem } from '@/lib/shared/problems/problem'
import { isRedisFailure } from '../../redis/errors'

/** Turns Redis failures into `not_ready`. They aren't bugs, and the client may retry. */
export async function translateRedisErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRedisFailure(error)) throw error
    const detail = 'The job storage is not responding. Try again in a few seconds.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: 5, cause: error })
  }
}
