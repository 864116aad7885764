import type { Environment } from '../config/environment'
import type { Log } from '../observe/log'
import type { RedisClient } from '../redis/connect'

/**
 * What the instances share; null where this one is alone. Loaded only where it is needed.
 *
 * @throws Error where REDIS_URL is set and nothing answers there: an instance that counted and remembered alone would look like the others and not be
 */
export async function openRedis({ REDIS_URL }: Environment, log: Log): Promise<RedisClient | null> {
  if (REDIS_URL === undefined) return null
  const { connectRedis } = await import('../redis/connect')
  const { RedisMonitor } = await import('../redis/monitor')
  try {
    return await connectRedis(REDIS_URL, { monitor: new RedisMonitor(log) })
  } catch (error) {
    const { host } = new URL(REDIS_URL)
    throw new Error(`Redis cannot be reached at ${host} (REDIS_URL): ${(error as Error).message}`, { cause: error })
  }
}
