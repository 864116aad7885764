import { createMiddleware } from 'hono/factory'
import { clientAddress } from '../client-address'
import type { AppEnv, Services } from '../services'

/** `curl -T` sends a photo with PUT. */
const WITH_PHOTO = new Set(['POST', 'PUT'])

/** Counts a request with a photo for the limit of its client, and says what is left of it. */
export function rateLimit({ photoRate, environment: { TRUST_PROXY } }: Pick<Services, 'photoRate' | 'environment'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!WITH_PHOTO.has(c.req.method)) return next()
    const count = await photoRate.count(c.get('caller'), clientAddress(c, TRUST_PROXY))
    if (count === null) return next()
    c.header('ratelimit-policy', count.policy)
    c.header('ratelimit', `"photos";r=${count.remaining};t=${count.resetSeconds}`)
    if (count.refusal) throw count.refusal
    await next()
  })
}
