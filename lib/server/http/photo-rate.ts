import { Problem } from '@/lib/shared/problems/problem'
import type { RedisClient } from '../redis/connect'
import { clientNetwork } from './client-network'
import { clientCounter } from './middleware/fallback-limiter'

const WINDOW_SECONDS = 60

/** What a client's photo leaves of its limit. */
interface PhotoCount {
  remaining: number
  /** Until the limit is whole again. */
  resetSeconds: number
  /** Why this photo is refused; null if it isn't. */
  refusal: Problem | null
}

/** Counts photos per client and minute, over all doors of the server. */
export interface PhotoRate {
  /** The limit, as the `RateLimit-Policy` header names it. */
  policy: string
  /** Counts a photo of the client with this IP address. */
  count(address: string): Promise<PhotoCount>
}

/**
 * Allows `limit` photos per client and minute; null if it is 0. A client is an IPv4 address, or the /64 network that
 * one IPv6 customer has. Instances that share a Redis count together. Without Redis, or while it doesn't respond in
 * time, this process counts alone.
 */
export function photoRate(limit: number, redis: RedisClient | null): PhotoRate | null {
  if (limit === 0) return null
  const consume = clientCounter('vision:rate', { points: limit, duration: WINDOW_SECONDS }, redis)
  return {
    policy: `"photos";q=${limit};w=${WINDOW_SECONDS}`,
    async count(address) {
      const { allowed, state } = await consume(clientNetwork(address))
      const resetSeconds = Math.ceil(state.msBeforeNext / 1000)
      const detail = `The limit is ${limit} photos per minute. Try again in ${resetSeconds} s.`
      const refusal = allowed ? null : new Problem('rate_limited', detail, { retryAfterSeconds: resetSeconds })
      return { remaining: state.remainingPoints, resetSeconds, refusal }
    },
  }
}
