import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec } from '../backend'
import { claimKey, isClaimed } from './idempotency-claim'
import { specKey } from './object-keys'

/** What stands in a spec's place so that a write of it which is still on its way somewhere makes no job. */
const VOID = '{}'

/** Whether a job was made cannot be told: nothing of it may be taken away. */
export class CommitUncertain extends Problem {
  constructor(cause: unknown) {
    const detail =
      'The bucket does not answer; whether the job was made cannot be told. With an Idempotency-Key a repeated request makes no second one.'
    super('not_ready', detail, { retryAfterSeconds: 5, cause })
  }
}

/** What a job was made with; null where there is no such job. With a key there is one only if the key is its own. */
export async function readSpec(store: ObjectStore, id: string): Promise<JobSpec | null> {
  const object = await store.get(specKey(id))
  const spec = object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as Partial<JobSpec>)
  if (spec?.id === undefined) return null
  if (spec.key !== undefined && !(await isClaimed(store, spec.key, id))) return null
  return spec as JobSpec
}

/**
 * Makes a job whose photos are in the bucket, by one write: of its spec or, with a key, of the key's claim. → null, or the job that the key has made before.
 *
 * @param body digest of what it was made of
 * @throws Problem `conflict` where the key has made another; `MaybeMade`; after anything else there is no job
 */
export async function commitJob(store: ObjectStore, spec: JobSpec, body: string): Promise<string | null> {
  if (spec.key === undefined) {
    await writeSpec(store, spec).catch((error) => cancelCommit(store, spec.id, error))
    return null
  }
  await writeSpec(store, spec)
  try {
    return await claimKey(store, spec.key, { id: spec.id, body })
  } catch (error) {
    if (error instanceof Problem && error.code === 'conflict') throw error
    throw new CommitUncertain(error)
  }
}

async function writeSpec(store: ObjectStore, spec: JobSpec): Promise<void> {
  await store.put(specKey(spec.id), JSON.stringify(spec), { ifAbsent: true, type: 'application/json' })
}

/** After a write without an answer: puts nothing in its place. Where that cannot be, the spec was written, and there is a job. */
async function cancelCommit(store: ObjectStore, id: string, failure: unknown): Promise<void> {
  let undone: boolean
  try {
    undone = await store.put(specKey(id), VOID, { ifAbsent: true, type: 'application/json' })
  } catch {
    throw new CommitUncertain(failure)
  }
  if (undone) throw failure
}
