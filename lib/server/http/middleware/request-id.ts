import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../services'

/** Letters that are safe in logs and headers; anything else from a caller is replaced by an id of our own. */
const SANE = /^[\w.:-]{1,128}$/

/** The id that a caller gives a request, where it is sane. */
export function sanelyNamed(given: string | undefined): string | undefined {
  return given && SANE.test(given) ? given : undefined
}

/** Gives each request an id: the caller's `x-request-id` where it is sane, else a new one. The reply carries it. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const id = sanelyNamed(c.req.header('x-request-id')) ?? randomUUID()
  c.set('requestId', id)
  await next()
  c.header('x-request-id', id)
})
