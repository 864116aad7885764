import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problem'
import type { ObjectStore } from '../../storage/objects'
import { idempotencyKey, specKey } from './layout'

/** Which job a key has made, of what. */
interface Claim {
  id: string
  body: string
}

/** Whoever claims a key makes its job at once; one that has none after this long was given up. */
const MAKING_MS = 5_000
const LOOK_MS = 100

/** Where the claim of an Idempotency-Key lies. */
export function claimPlace(key: string): string {
  return idempotencyKey(createHash('sha256').update(key).digest('hex'))
}

/**
 * Claims a key for a job. → null where it is claimed now, else the job that it has made.
 *
 * @throws Problem `conflict` where that is another one
 */
export async function claimKey(store: ObjectStore, key: string, mine: Claim): Promise<string | null> {
  const place = claimPlace(key)
  if (await store.put(place, JSON.stringify(mine), { once: true, type: 'application/json' })) return null
  const object = await store.get(place)
  const earlier = object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as Claim)
  if (earlier?.id === mine.id) return null // A write whose reply was lost.
  if (earlier && (await appears(store, earlier.id))) {
    if (earlier.body === mine.body) return earlier.id
    throw new Problem('conflict', 'This Idempotency-Key has made a job of other photos or options.')
  }
  // Its job was never made, or has been deleted.
  await store.put(place, JSON.stringify(mine), { type: 'application/json' })
  return null
}

/** Whether there is such a job: it may be just in the making. */
async function appears(store: ObjectStore, id: string): Promise<boolean> {
  for (const start = Date.now(); Date.now() - start < MAKING_MS; await sleep(LOOK_MS)) {
    if ((await store.metadata(specKey(id))) !== null) return true
  }
  return false
}
