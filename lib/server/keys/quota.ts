import { Problem } from '@/lib/shared/problems/problem'
import type { KeyRecord } from './record'
import { endOfMonth, type Meter } from './usage/meter'

/** @param now milliseconds since 1970 */
export function quotaExceeded({ monthly_quota }: Pick<KeyRecord, 'monthly_quota'>, now: number): Problem {
  const end = endOfMonth(now)
  const date = new Date(end).toISOString().slice(0, 10)
  const detail = `This key’s ${monthly_quota} photos of this month are used up. It can be used again from ${date}.`
  return new Problem('quota_exceeded', detail, { retryAfterSeconds: Math.ceil((end - now) / 1000) })
}

/**
 * Takes photos from the quota of a key, as many as are left of it.
 *
 * @param now milliseconds since 1970
 * @returns how many
 * @throws Problem `not_ready`, `storage_full`
 */
export async function takeUpTo(
  meter: Pick<Meter, 'take'>,
  { id, monthly_quota }: Pick<KeyRecord, 'id' | 'monthly_quota'>,
  photos: number,
  now: number,
): Promise<number> {
  if (monthly_quota === null) return photos
  let taken = 0
  // A meter takes all or none, so smaller and smaller numbers find the rest of a quota.
  for (let step = photos; step >= 1; ) {
    if (step <= photos - taken && (await meter.take(id, step, monthly_quota, now))) taken += step
    else step = Math.floor(step / 2)
  }
  return taken
}
