import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../services'

/** Ids with characters that are safe in logs and headers; any other id is replaced. */
const VALID_ID = /^[\w.:-]{1,128}$/

/** The request id that the client sent, if it is valid. */
export function validRequestId(requested: string | undefined): string | undefined {
  return requested && VALID_ID.test(requested) ? requested : undefined
}

/** Gives each request an id: a valid `x-request-id` of the client, or else a new one. The response carries it. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const id = validRequestId(c.req.header('x-request-id')) ?? randomUUID()
  c.set('requestId', id)
  await next()
  c.header('x-request-id', id)
})
