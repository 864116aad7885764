import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import { isAdmin } from '../keys/caller'
import type { AppEnv } from './services'

/** Whether there is anybody who could use what only the operator may: it doesn't exist otherwise. */
export function hasOperator({ ADMIN_TOKEN, API_KEYS }: Pick<Environment, 'ADMIN_TOKEN' | 'API_KEYS'>): boolean {
  return ADMIN_TOKEN !== undefined || API_KEYS !== 'off'
}

/** Whether an Authorization header has the operator's token. */
export function isAdminToken(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(header?.replace(/^Bearer /i, '') ?? ''), digest(token))
}

/** Whether a request is the operator's: it has his token, or a key with the scope `admin`. */
export function isOperator(c: Context<AppEnv>, { ADMIN_TOKEN }: Pick<Environment, 'ADMIN_TOKEN'>): boolean {
  if (isAdmin(c.get('caller'))) return true
  return ADMIN_TOKEN !== undefined && isAdminToken(c.req.header('authorization'), ADMIN_TOKEN)
}

/**
 * Requires the operator: `Authorization: Bearer …` with the `ADMIN_TOKEN`, or a key with the scope `admin`.
 *
 * @throws Problem `unauthorized`
 */
export function requireOperator(c: Context<AppEnv>, environment: Pick<Environment, 'ADMIN_TOKEN'>): void {
  if (isOperator(c, environment)) return
  throw new Problem(
    'unauthorized',
    'This endpoint is for the operator. Send the header Authorization: Bearer <ADMIN_TOKEN>.',
  )
}

/** Equal length allows comparison in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
