import { timingSafeEqual } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'

/**
 * Requires the operator's token: `Authorization: Bearer …`.
 *
 * @throws Problem `unauthorized`
 */
export function requireAdmin(header: string | undefined, token: string): void {
  const actual = Buffer.from(header?.replace(/^Bearer /i, '') ?? '')
  const expected = Buffer.from(token)
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return
  throw new Problem(
    'unauthorized',
    'This endpoint is for the operator. Send the header Authorization: Bearer <ADMIN_TOKEN>.',
  )
}
