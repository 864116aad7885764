import { createMiddleware } from 'hono/factory'
import { Problem } from '@/lib/shared/problems/problem'
import { problemReply } from '../problem'
import type { AppEnv, Services } from '../services'

/**
 * While the server closes, connections that are still open get their answers and are closed after them; new
 * requests on them are refused.
 */
export function closing({ lifecycle }: Pick<Services, 'lifecycle'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (lifecycle.phase === 'closing' && c.req.path !== '/health/live') {
      c.res = problemReply(c, new Problem('shutting_down', 'This server is stopping. Send the request again.'))
    } else {
      await next()
    }
    if (lifecycle.phase === 'closing') c.header('connection', 'close')
  })
}
