import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import { hasKey, looksLikeKey } from '../../keys/token'
import type { AppEnv } from '../services'

/** Where clients put a token, besides `Authorization`. Gradio's Python client has a header of its own. */
const HEADERS = ['x-api-key', 'x-hf-authorization']

/** The value of a `Bearer` credential, or of a header that has only a token. */
function bearerOf(header: string | undefined): string | null {
  const [scheme = '', value] = (header ?? '').trim().split(/ +/)
  if (value !== undefined) return /^bearer$/i.test(scheme) ? value : null
  return scheme === '' ? null : scheme
}

/**
 * The key of a request; null if it has none. Tokens of other services, which their clients send along, are none.
 *
 * @throws Problem `key_in_url`, `invalid_key` if there are two different ones
 */
export function keyOf(c: Context<AppEnv>): string | null {
  // Servers and proxies on the way log URLs, and browsers keep them.
  if (hasKey(c.req.raw.url))
    throw new Problem(
      'key_in_url',
      'A key doesn’t belong in a URL, where others may see it. Revoke it, and send keys in a header.',
    )
  return onlyKey(['authorization', ...HEADERS].map((name) => c.req.header(name)))
}

/**
 * The key among the values of headers; null if there is none.
 *
 * @throws Problem `invalid_key` if there are two different ones
 */
export function onlyKey(headers: readonly (string | undefined)[]): string | null {
  const tokens = headers.map(bearerOf)
  const keys = new Set(tokens.filter((token) => token !== null && looksLikeKey(token)))
  if (keys.size > 1) throw new Problem('invalid_key', 'The request has two different keys. Send one.')
  return [...keys][0] ?? null
}

/** Whether there is any token, such as a mistyped key, in `Authorization` or in `X-API-Key`. */
export function hasToken(authorization: string | undefined, apiKey: string | undefined): boolean {
  return apiKey !== undefined || /^bearer /i.test(authorization ?? '')
}

/** Whether a request has a credential for the API, of whatever kind. The password of `BASIC_AUTH` is none. */
export function hasCredential(c: Context<AppEnv>): boolean {
  const authorization = c.req.header('authorization')
  if (authorization !== undefined && !/^basic /i.test(authorization)) return true
  return HEADERS.some((name) => c.req.header(name) !== undefined)
}
