import { createMiddleware } from 'hono/factory'
import { discardBody } from '../body'
import type { AppEnv, Services } from '../services'

/** After a refusal, reads on what the sender still sends, beside the reply. */
export function discardRefused({ environment }: Services) {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next()
    if (c.res.status >= 400 && c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      void discardBody(c.req.raw, environment.MAX_REQUEST_BYTES, c.env?.incoming)
    }
  })
}
