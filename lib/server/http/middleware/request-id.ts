import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../services'

/** Letters that are safe in logs and headers; anything else from a caller is replaced by an id of our own. */
const SANE = /^[\w.:-]{1,128}$/

/** Gives each request an id: the caller's `x-request-id` where it is sane, else a new one. The reply carries it. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const given = c.req.header('x-request-id')
  const id = given && SANE.test(given) ? given : randomUUID()
  c.set('requestId', id)
  await next()
  c.header('x-request-id', id)
})
