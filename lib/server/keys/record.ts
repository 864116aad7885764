import * as z from 'zod'
import { type ApiKey, apiKeySchema } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** A key as it is stored. */
export const keyRecordSchema = apiKeySchema.omit({ state: true, last_used: true, month_photos: true }).extend({
  /** SHA-256 of the secret. */
  hash,
  /** The secret before the last rotation, while it is still valid. */
  previous: z.object({ hash, until: z.iso.datetime() }).nullable(),
})

export type KeyRecord = z.output<typeof keyRecordSchema>

/** @param now milliseconds since 1970 */
function stateOf({ revoked, expires }: Pick<KeyRecord, 'revoked' | 'expires'>, now: number): ApiKey['state'] {
  if (revoked !== null) return 'revoked'
  return expires !== null && Date.parse(expires) <= now ? 'expired' : 'active'
}

/** @param now milliseconds since 1970 @throws Problem `key_revoked`, `key_expired` */
export function requireActive(record: KeyRecord, now: number): void {
  const state = stateOf(record, now)
  if (state === 'revoked') throw new Problem('key_revoked', 'This key was revoked. Ask the operator for another one.')
  if (state === 'expired')
    throw new Problem(
      'key_expired',
      `This key expired on ${record.expires?.slice(0, 10)}. Ask the operator for another one.`,
    )
}

/** What the operator sees of a key. */
export function viewOf(
  { hash: _hash, previous: _previous, ...rest }: KeyRecord,
  now: number,
  { lastUsed, monthPhotos }: { lastUsed: number | null; monthPhotos: number },
): ApiKey {
  return {
    ...rest,
    state: stateOf(rest, now),
    last_used: lastUsed === null ? null : new Date(lastUsed).toISOString(),
    month_photos: monthPhotos,
  }
}
