import { createMiddleware } from 'hono/factory'
import { isSecure } from '../client-address'
import type { AppEnv, Services } from '../services'

/** One year, so that browsers don't fall back to plain HTTP. */
export const HSTS = 'max-age=31536000; includeSubDomains'

/** Headers that make browsers treat a response as data, not as a page. Pages get theirs in proxy.ts. */
export function securityHeaders({ environment }: Services) {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next()
    c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
    if (isSecure(c, environment.TRUST_PROXY)) c.header('strict-transport-security', HSTS)
  })
}
