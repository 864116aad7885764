import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec } from '../backend'
import type { Ledger } from './ledger'
import { jobPrefix, specKey } from './object-keys'
import type { WorkQueue } from './work-queue'

/**
 * Deletes a job. Its spec goes first: what a kill leaves after that belongs to no job, and the sweep removes it and the
 * claim of its key.
 */
export async function removeJob(store: ObjectStore, ledger: Ledger, queue: WorkQueue, spec: JobSpec): Promise<void> {
  await store.remove([specKey(spec.id)])
  await queue.removeShards(spec.id)
  await ledger.removeJob(spec.id)
  await removeObjects(store, jobPrefix(spec.id))
}

/** Deletes all objects under a prefix, page by page. */
export async function removeObjects(store: ObjectStore, prefix: string): Promise<void> {
  for await (const page of store.list(prefix)) await store.remove(page.map(({ key }) => key))
}

/** Removes the photos of a job that wasn't committed. A placeholder for its spec stays for as long as a job would. */
export async function removeUncommitted(store: ObjectStore, id: string): Promise<void> {
  for await (const page of store.list(jobPrefix(id))) {
    const keys = page.map(({ key }) => key).filter((key) => key !== specKey(id))
    if (keys.length > 0) await store.remove(keys)
  }
}
