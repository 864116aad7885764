import { createMiddleware } from 'hono/factory'
import { Problem } from '@/lib/shared/problems/problem'
import { problemReply } from '../problem'
import type { AppEnv, Services } from '../services'

/** During shutdown, requests in progress are answered and their connections closed; new requests are refused. */
export function refuseDuringShutdown({ lifecycle }: Pick<Services, 'lifecycle'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (lifecycle.phase === 'closing' && c.req.path !== '/health/live') {
      c.res = problemReply(c, new Problem('shutting_down', 'The server is shutting down. Send the request again.'))
    } else {
      await next()
    }
    if (lifecycle.phase === 'closing') c.header('connection', 'close')
  })
}
