import { createHash } from 'node:crypto'
import type { RedisClient } from '../../redis/connect'
import { keysOf } from './redis-keys'
import { HAS_NAME, MARK_NAMES_COMPLETE } from './scripts'

/** Bytes of a name's digest. The chance that two of a million names share one is one in ten million. */
const DIGEST_BYTES = 8
/** How long names are kept after a job received its last photo (seconds). */
export const NAMES_TTL_S = 7 * 86_400

/** The photo names of open jobs, as digests. Redis may lose some of them; the bucket has them all. */
export class PhotoNames {
  constructor(private readonly redis: RedisClient) {}

  /** Whether an open job has a photo with this name; null if Redis has lost some of the job's names. */
  async has(id: string, name: string): Promise<boolean | null> {
    const { job, names } = keysOf(id)
    const has = await HAS_NAME.run(this.redis, [job, names], [digestOf(name)])
    return has < 0 ? null : has === 1
  }

  async add(id: string, names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const key = keysOf(id).names
    await this.redis.sadd(key, ...names.map(digestOf))
    await this.redis.expire(key, NAMES_TTL_S)
  }

  /** Records that the names in Redis are all names of the job. */
  async markComplete(id: string): Promise<void> {
    const { job, names } = keysOf(id)
    await MARK_NAMES_COMPLETE.run(this.redis, [job, names])
  }
}

export function digestOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, DIGEST_BYTES)
}
