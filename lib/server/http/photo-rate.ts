import { Problem } from '@/lib/shared/problems/problem'
import type { Caller } from '../keys/caller'
import type { RedisClient } from '../redis/connect'
import { clientNetwork } from './client-network'
import { type Consume, clientCounter } from './middleware/fallback-limiter'

const WINDOW_SECONDS = 60

/** What a client's photo leaves of its limit. */
interface PhotoCount {
  /** The limit, as the `RateLimit-Policy` header names it. */
  policy: string
  remaining: number
  /** Until the limit is whole again. */
  resetSeconds: number
  /** Why this photo is refused; null if it isn't. */
  refusal: Problem | null
}

/** Counts photos per client and minute, over HTTP and gRPC together. */
export interface PhotoRate {
  /**
   * Counts a photo of a client.
   *
   * @param address its IP address
   * @returns null if it has no limit
   */
  count(caller: Caller | undefined, address: string): Promise<PhotoCount | null>
}

/**
 * Allows `usual` photos per client and minute; 0 is no limit. A client is an IPv4 address, or the /64 network that one
 * IPv6 customer has. A key with a limit of its own is a client, too. Instances that share a Redis count together.
 * Without Redis, or while it doesn't respond in time, this process counts alone.
 */
export function photoRate(usual: number, redis: RedisClient | null): PhotoRate {
  const byLimit = new Map<number, Consume>()
  function consumeWithin(limit: number): Consume {
    const known = byLimit.get(limit)
    if (known) return known
    const consume = clientCounter('vision:rate', { points: limit, duration: WINDOW_SECONDS }, redis)
    byLimit.set(limit, consume)
    return consume
  }
  return {
    async count(caller, address) {
      const key = caller?.kind === 'key' && caller.key.rate_limit !== null ? caller.key : null
      const limit = key?.rate_limit ?? usual
      if (limit === 0) return null
      const client = key ? `key:${key.id}` : clientNetwork(address)
      const { allowed, state } = await consumeWithin(limit)(client)
      const resetSeconds = Math.ceil(state.msBeforeNext / 1000)
      const detail = `The limit is ${limit} photos per minute. Try again in ${resetSeconds} s.`
      return {
        policy: `"photos";q=${limit};w=${WINDOW_SECONDS}`,
        remaining: state.remainingPoints,
        resetSeconds,
        refusal: allowed ? null : new Problem('rate_limited', detail, { retryAfterSeconds: resetSeconds }),
      }
    },
  }
}
