import { createMiddleware } from 'hono/factory'
import { discardBody } from '../body'
import type { AppEnv, Services } from '../services'

/**
 * After a refusal, discards the rest of the upload while the response is sent.
 *
 * @param passedOn whether something may have consumed the body as a web stream and left a rest
 */
export function discardRefusedUploads({ environment }: Pick<Services, 'environment'>, { passedOn = false } = {}) {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next()
    if (c.res.status >= 400 && c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      void discardBody(c.req.raw, environment.MAX_REQUEST_BYTES, c.env?.incoming, passedOn)
    }
  })
}
