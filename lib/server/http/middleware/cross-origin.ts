import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, Services } from '../services'

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = 600

/** Other sites' pages may call the API only where CORS_ORIGINS names them. Without it nothing is added. */
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
    // A plain OPTIONS asks for the methods; only a preflight names the one that it is for.
    const preflight = c.req.method !== 'OPTIONS' || c.req.header('access-control-request-method') !== undefined
    return CORS_ORIGINS.length > 0 && c.req.path.startsWith('/api/') && preflight ? allow(c, next) : next()
  })
}
