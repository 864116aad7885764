import { createHash } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import { idempotencyKey, KEYS, specKey } from './object-keys'

/** Which job a key has made, of what. */
interface Claim {
  id: string
  body: string
}

const MAX_ATTEMPTS = 10

/** Where the claims of an Idempotency-Key lie: the first at this place, one that follows a job that is gone at `.0001` behind it, and on. */
function firstKey(key: string): string {
  return idempotencyKey(createHash('sha256').update(key).digest('hex'))
}

function keyAfter(first: string, last: string | undefined): string {
  if (last === undefined) return first
  const number = Number(/\.(\d+)$/.exec(last)?.[1] ?? 0) + 1
  return `${first}.${String(number).padStart(4, '0')}`
}

async function keysAfter(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key))
  return keys
}

async function readClaim(store: ObjectStore, key: string): Promise<Claim | null> {
  const object = await store.get(key)
  return object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as Claim)
}

/** A job's spec is written before its claim, so a claim without one is of a job that is gone. */
async function jobExists(store: ObjectStore, id: string): Promise<boolean> {
  return (await store.metadata(specKey(id))) !== null
}

/**
 * Claims a key for a job whose spec is written, and so makes it. Claims are a log: each is written once, and only behind one whose job is gone; none
 * is ever overwritten, however long a write may take. → null where it is claimed now, else the job that it has made.
 *
 * @throws Problem `conflict` where that is another one
 */
export async function claimKey(store: ObjectStore, key: string, mine: Claim): Promise<string | null> {
  const firstClaim = firstKey(key)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const lastClaim = (await keysAfter(store, firstClaim)).at(-1)
    const existing = lastClaim === undefined ? null : await readClaim(store, lastClaim)
    if (existing?.id === mine.id) return null // A write whose reply was lost.
    if (existing && (await jobExists(store, existing.id))) return existingJob(existing, mine)
    const next = keyAfter(firstClaim, lastClaim)
    if (!(await store.put(next, JSON.stringify(mine), { ifAbsent: true, type: 'application/json' }))) continue
    // Behind one that was swept meanwhile: another may have begun anew at the first place.
    if (lastClaim === undefined || (await store.metadata(lastClaim)) !== null) return null
    await store.remove([next])
  }
  throw new Problem('not_ready', 'This Idempotency-Key is in use. Try again.', { retryAfterSeconds: 1 })
}

function existingJob(existing: Claim, mine: Claim): string {
  if (existing.body === mine.body) return existing.id
  throw new Problem('conflict', 'This Idempotency-Key has made a job of other photos or options.')
}

/** Whether a key has made this job. */
export async function isClaimed(store: ObjectStore, key: string, id: string): Promise<boolean> {
  for (const claimKey of await keysAfter(store, firstKey(key))) {
    if ((await readClaim(store, claimKey))?.id === id) return true
  }
  return false
}

/** Removes the claims of jobs that are gone, of those that were written before a time (milliseconds since 1970, by the bucket). */
export async function sweepClaims(store: ObjectStore, before: number): Promise<void> {
  for await (const page of store.list(KEYS)) {
    for (const { key, modified } of page) {
      if (modified >= before) continue
      const claim = await readClaim(store, key)
      if (claim && !(await jobExists(store, claim.id))) await store.remove([key])
    }
  }
}
