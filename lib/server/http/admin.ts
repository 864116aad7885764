import { timingSafeEqual } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'

/**
 * Requires the operator's token: `Authorization: Bearer …`.
 *
 * @throws Problem `unauthorized`
 */
export function requireAdmin(header: string | undefined, token: string): void {
  const given = Buffer.from(header?.replace(/^Bearer /i, '') ?? '')
  const wanted = Buffer.from(token)
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return
  throw new Problem(
    'unauthorized',
    'This endpoint is for the operator. Send the header Authorization: Bearer <ADMIN_TOKEN>.',
  )
}
