import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec } from '../backend'
import { claimKey, isClaimed } from './idempotency-claim'
import { specKey } from './object-keys'

/** Written in place of a spec, so that a write of the spec that is still in flight can't create the job. */
const VOID = '{}'

/** It is unknown whether the job was created, so nothing of it may be removed. */
export class CommitUncertain extends Problem {
  constructor(cause: unknown) {
    const detail =
      'The bucket is not responding, so the job may or may not exist. Retry with an Idempotency-Key to avoid a duplicate.'
    super('not_ready', detail, { retryAfterSeconds: 5, cause })
  }
}

/** A job's parameters; null if there is no such job. A job with a key exists only if it holds the key's claim. */
export async function readSpec(store: ObjectStore, id: string): Promise<JobSpec | null> {
  const object = await store.get(specKey(id))
  const spec = object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as Partial<JobSpec>)
  if (spec?.id === undefined) return null
  if (spec.key !== undefined && !(await isClaimed(store, spec.key, id))) return null
  return spec as JobSpec
}

/**
 * Commits a job whose photos are in the bucket, with one write: of its spec or, with a key, of the key's claim. → null,
 * or the job that was created with the key before.
 *
 * @param body digest of the job's contents
 * @throws Problem `conflict` if the key was used for other contents; `CommitUncertain`; after any other error there
 *   is no job
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

/**
 * After a write without a response: writes a placeholder instead. If that fails, the spec was written and the job
 * exists.
 */
async function cancelCommit(store: ObjectStore, id: string, failure: unknown): Promise<void> {
  let undone: boolean
  try {
    undone = await store.put(specKey(id), VOID, { ifAbsent: true, type: 'application/json' })
  } catch {
    throw new CommitUncertain(failure)
  }
  if (undone) throw failure
}
