import { performance } from 'node:perf_hooks'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, Services } from '../services'

/** One line a request. Health probes, which come every few seconds, are lines of level debug. */
export function accessLog({ log }: Services) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const start = performance.now()
    await next()
    const fields = {
      request_id: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round(10 * (performance.now() - start)) / 10,
      code: c.get('problem'),
      model: c.get('model'),
    }
    if (c.req.path.startsWith('/health/')) log.debug(fields, 'request')
    else log.info(fields, 'request')
  })
}
