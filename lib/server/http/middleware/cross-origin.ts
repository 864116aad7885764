import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { isPublicApiPath } from '../api-paths'
import type { AppEnv, Services } from '../services'

/** How long browsers may cache a preflight response, in seconds. */
const MAX_AGE = 600
/** Headers with a key. */
const KEY_HEADERS = ['authorization', 'x-api-key']

/** Pages of other sites may call the API only if CORS_ORIGINS or a key lists them. Without any, no headers are added. */
export function crossOrigin({ environment: { CORS_ORIGINS }, keys }: Services) {
  const isAllowed = (origin: string) => CORS_ORIGINS.includes(origin) || keys?.registry.isOrigin(origin) === true
  const allow = cors({
    origin: CORS_ORIGINS.includes('*') ? '*' : (origin) => (isAllowed(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: [...(keys ? KEY_HEADERS : []), 'content-type', 'content-encoding', 'x-request-id'],
    exposeHeaders: [
      'accept-encoding',
      'x-request-id',
      'server-timing',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'link',
      'x-next-cursor',
    ],
    maxAge: MAX_AGE,
  })
  return createMiddleware<AppEnv>((c, next) => {
    // A plain OPTIONS request asks for the allowed methods; only a preflight names the method to check.
    const preflight = c.req.method !== 'OPTIONS' || c.req.header('access-control-request-method') !== undefined
    return (CORS_ORIGINS.length > 0 || keys !== null) && isPublicApiPath(c.req.path) && preflight
      ? allow(c, next)
      : next()
  })
}
