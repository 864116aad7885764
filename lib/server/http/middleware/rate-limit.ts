import { createMiddleware } from 'hono/factory'
import { clientAddress } from '../client-address'
import type { AppEnv, Services } from '../services'

/** `curl -T` sends a photo with PUT. */
const WITH_PHOTO = new Set(['POST', 'PUT'])

/** Counts a request with a photo for RATE_LIMIT, and tells the client what is left of it. */
export function rateLimit({ photoRate, environment: { TRUST_PROXY } }: Pick<Services, 'photoRate' | 'environment'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (photoRate === null || !WITH_PHOTO.has(c.req.method)) return next()
    const { remaining, resetSeconds, refusal } = await photoRate.count(clientAddress(c, TRUST_PROXY))
    c.header('ratelimit-policy', photoRate.policy)
    c.header('ratelimit', `"photos";r=${remaining};t=${resetSeconds}`)
    if (refusal) throw refusal
    await next()
  })
}
