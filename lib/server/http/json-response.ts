import type { Context } from 'hono'
import type { AppEnv } from './services'

/**
 * A JSON response with a Content-Length, from which the compression middleware decides whether compressing pays off.
 */
export function json(c: Context<AppEnv>, value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const text = JSON.stringify(value)
  const length = String(Buffer.byteLength(text))
  return c.body(text, status as 200, { 'content-type': 'application/json', 'content-length': length, ...headers })
}
