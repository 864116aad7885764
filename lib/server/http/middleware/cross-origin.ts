import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { isPublicApiPath } from '../api-paths'
import type { AppEnv, Services } from '../services'

/** How long browsers may cache a preflight response, in seconds. */
const MAX_AGE = 600

/** Pages of other sites may call the API only if CORS_ORIGINS lists them. Without it, no headers are added. */
export function crossOrigin({ environment: { CORS_ORIGINS } }: Services) {
  const allow = cors({
    origin: CORS_ORIGINS.includes('*') ? '*' : CORS_ORIGINS,
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['content-type', 'content-encoding', 'x-request-id'],
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
    return CORS_ORIGINS.length > 0 && isPublicApiPath(c.req.path) && preflight ? allow(c, next) : next()
  })
}
