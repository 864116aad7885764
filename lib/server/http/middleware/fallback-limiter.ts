import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RedisClient } from '../../redis/connect'

/** Whether a client may go on, and the client's current count. */
interface RateLimitResult {
  allowed: boolean
  state: RateLimiterRes
}

/** Maximum time a request waits for its count (milliseconds). */
const WAIT_MS = 1_000

/** Counts points of a client; negative ones are given back. @throws Error if the counter fails */
async function consume(limiter: RateLimiterAbstract, client: string, points: number): Promise<RateLimitResult> {
  try {
    return { allowed: true, state: await limiter.consume(client, points) }
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    return { allowed: false, state: error }
  }
}

/** Counts a client's points, one by default. */
export type Consume = (client: string, points?: number) => Promise<RateLimitResult>

/**
 * A counter of the points that each client uses in a window of time. Instances that share a Redis count together.
 * Without Redis, or while it doesn't respond in time, this process counts alone.
 *
 * @param keyPrefix of its keys in Redis
 * @param limit `duration` in seconds
 */
export function clientCounter(
  keyPrefix: string,
  limit: { points: number; duration: number },
  redis: RedisClient | null,
): Consume {
  const local = new RateLimiterMemory(limit)
  if (redis === null) return (client, points = 1) => consume(local, client, points)
  const shared = { storeClient: redis, keyPrefix, rejectIfRedisNotReady: true }
  const rate = new FallbackLimiter(new RateLimiterRedis({ ...limit, ...shared }), local)
  return (client, points = 1) => rate.consume(client, points)
}

/**
 * Counts over all instances. After a call that fails or times out, it counts in this process only, until the shared
 * counter responds again. Meanwhile it probes with one call at a time, which no request waits for.
 */
class FallbackLimiter {
  private degraded = false
  private probes = 0

  constructor(
    private readonly shared: RateLimiterAbstract,
    private readonly local: RateLimiterAbstract,
  ) {}

  async consume(client: string, points: number): Promise<RateLimitResult> {
    if (this.degraded) {
      if (this.probes === 0) void this.consumeShared(client, points)
      return consume(this.local, client, points)
    }
    const result = await this.withTimeout(this.consumeShared(client, points))
    if (result) return result
    this.degraded = true
    return consume(this.local, client, points)
  }

  /** Null if the counter fails. */
  private async consumeShared(client: string, points: number): Promise<RateLimitResult | null> {
    this.probes++
    try {
      const result = await consume(this.shared, client, points)
      this.degraded = false
      return result
    } catch {
      return null
    } finally {
      this.probes--
    }
  }

  private async withTimeout(pending: Promise<RateLimitResult | null>): Promise<RateLimitResult | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS, null)
    })
    try {
      return await Promise.race([pending, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
