import { createHash } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import { idempotencyKey, KEYS, specKey } from './object-keys'

/** Which job was created with a key, and a digest of its contents. */
interface Claim {
  id: string
  body: string
}

const MAX_ATTEMPTS = 10

/**
 * The object key of the first claim of an Idempotency-Key. Claims that follow a deleted job get the suffixes `.0001`,
 * `.0002` and so on.
 */
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

/** A job's spec is written before its claim, so the claim of a job without a spec is of a deleted job. */
async function jobExists(store: ObjectStore, id: string): Promise<boolean> {
  return (await store.metadata(specKey(id))) !== null
}

/**
 * Claims a key for a job whose spec is written, which commits the job. Claims form a log: each is written once, and
 * only after one whose job was deleted; none is ever overwritten, however long a write takes. → null if the key is
 * claimed now, else the job that was created with it before.
 *
 * @throws Problem `conflict` if that job's contents are different
 */
export async function claimKey(store: ObjectStore, key: string, mine: Claim): Promise<string | null> {
  const firstClaim = firstKey(key)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const lastClaim = (await keysAfter(store, firstClaim)).at(-1)
    const existing = lastClaim === undefined ? null : await readClaim(store, lastClaim)
    if (existing?.id === mine.id) return null // A write whose response was lost.
    if (existing && (await jobExists(store, existing.id))) return existingJob(existing, mine)
    const next = keyAfter(firstClaim, lastClaim)
    if (!(await store.put(next, JSON.stringify(mine), { ifAbsent: true, type: 'application/json' }))) continue
    // The previous claim was swept meanwhile, so another process may have started again at the first key.
    if (lastClaim === undefined || (await store.metadata(lastClaim)) !== null) return null
    await store.remove([next])
  }
  throw new Problem('not_ready', 'Another request with this Idempotency-Key is in progress. Try again.', {
    retryAfterSeconds: 1,
  })
}

function existingJob(existing: Claim, mine: Claim): string {
  if (existing.body === mine.body) return existing.id
  throw new Problem(
    'conflict',
    'This Idempotency-Key was used for a job with different photos or options. Use a new key.',
  )
}

/** Whether this job was created with the key. */
export async function isClaimed(store: ObjectStore, key: string, id: string): Promise<boolean> {
  for (const claimKey of await keysAfter(store, firstKey(key))) {
    if ((await readClaim(store, claimKey))?.id === id) return true
  }
  return false
}

/**
 * Removes the claims of deleted jobs that were written before a time (milliseconds since 1970, by the bucket's clock).
 */
export async function sweepClaims(store: ObjectStore, before: number): Promise<void> {
  for await (const page of store.list(KEYS)) {
    for (const { key, modified } of page) {
      if (modified >= before) continue
      const claim = await readClaim(store, key)
      if (claim && !(await jobExists(store, claim.id))) await store.remove([key])
    }
  }
}
