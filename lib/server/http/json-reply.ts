import type { Context } from 'hono'
import type { AppEnv } from './services'

/** A reply of JSON that says its length, by which it is known whether it is worth compressing. */
export function json(c: Context<AppEnv>, value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const text = JSON.stringify(value)
  const length = String(Buffer.byteLength(text))
  return c.body(text, status as 200, { 'content-type': 'application/json', 'content-length': length, ...headers })
}
