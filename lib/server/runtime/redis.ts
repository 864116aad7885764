import type { Environment } from '../config/environment'
import type { Log } from '../observe/log'
import type { RedisClient } from '../redis/connect'

/**
 * Connects to the Redis that instances share; null if this one runs alone. Loaded on demand.
 *
 * @throws Error if REDIS_URL is set but unreachable: an instance with its own rate limits and cache would look like
 * the others but behave differently
 */
export async function openRedis({ REDIS_URL }: Environment, log: Log): Promise<RedisClient | null> {
  if (REDIS_URL === undefined) return null
  const { connectRedis } = await import('../redis/connect')
  const { RedisMonitor } = await import('../redis/monitor')
  try {
    return await connectRedis(REDIS_URL, { monitor: new RedisMonitor(log) })
  } catch (error) {
    const { host } = new URL(REDIS_URL)
    throw new Error(`Redis is unreachable at ${host} (REDIS_URL): ${(error as Error).message}`, { cause: error })
  }
}
