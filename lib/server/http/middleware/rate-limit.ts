import { createMiddleware } from 'hono/factory'
import { Problem } from '@/lib/shared/problems/problem'
import { clientAddress } from '../client-address'
import type { AppEnv, Services } from '../services'
import { type Consume, clientCounter } from './fallback-limiter'

const WINDOW_SECONDS = 60
/** `curl -T` sends a photo with PUT. */
const WITH_PHOTO = new Set(['POST', 'PUT'])

/**
 * Allows RATE_LIMIT photos per client and minute; 0 turns it off. A client is an IPv4 address, or the /64 network that
 * one IPv6 customer has. A key with a limit of its own is a client, too. Instances that share a Redis count together. Without Redis, or while it doesn't respond in
 * time, this process counts alone.
 */
export function rateLimit({ environment: { RATE_LIMIT, TRUST_PROXY }, redis }: Services) {
  const byLimit = new Map<number, Consume>()
  function consumeWithin(points: number): Consume {
    const known = byLimit.get(points)
    if (known) return known
    const consume = clientCounter('vision:rate', { points, duration: WINDOW_SECONDS }, redis)
    byLimit.set(points, consume)
    return consume
  }
  return createMiddleware<AppEnv>(async (c, next) => {
    const caller = c.get('caller')
    const own = caller?.kind === 'key' ? caller.key.rate_limit : null
    const limit = own ?? RATE_LIMIT
    if (limit === 0 || !WITH_PHOTO.has(c.req.method)) return next()
    const client =
      own !== null && caller?.kind === 'key' ? `key:${caller.key.id}` : clientNetwork(clientAddress(c, TRUST_PROXY))
    const { allowed, state } = await consumeWithin(limit)(client)
    const reset = Math.ceil(state.msBeforeNext / 1000)
    c.header('ratelimit-policy', `"photos";q=${limit};w=${WINDOW_SECONDS}`)
    c.header('ratelimit', `"photos";r=${state.remainingPoints};t=${reset}`)
    if (!allowed) {
      const detail = `The limit is ${limit} photos per minute. Try again in ${reset} s.`
      throw new Problem('rate_limited', detail, { retryAfterSeconds: reset })
    }
    await next()
  })
}

/** An IPv4 address itself, or the first half of an IPv6 address. */
export function clientNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const front = head ? head.split(':') : []
  const back = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array(zeros).fill('0'), ...back].slice(0, 4)
  return groups.map((group) => Number.parseInt(group || '0', 16).toString(16)).join(':')
}
