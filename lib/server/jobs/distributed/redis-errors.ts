import { Problem } from '@/lib/shared/problems/problem'
import { isRedisFailure } from '../../redis/errors'

/** A Redis that does not answer is no bug: whoever asked may ask again. */
export async function translateRedisErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRedisFailure(error)) throw error
    const detail = 'What keeps the batch jobs does not answer. Try again.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: 5, cause: error })
  }
}
