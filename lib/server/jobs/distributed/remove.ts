import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec } from '../backend'
import type { Ledger } from './ledger'
import { jobPrefix, specKey } from './object-keys'
import type { WorkQueue } from './work-queue'

/** Deletes a job. Its spec goes first: what a kill leaves after that is nobody's, and the sweep takes it, as it does the claim of its key. */
export async function removeJob(store: ObjectStore, ledger: Ledger, queue: WorkQueue, spec: JobSpec): Promise<void> {
  await store.remove([specKey(spec.id)])
  await queue.removeShards(spec.id)
  await ledger.removeJob(spec.id)
  await removeObjects(store, jobPrefix(spec.id))
}

/** Deletes all below a prefix, a page at a time. */
export async function removeObjects(store: ObjectStore, prefix: string): Promise<void> {
  for await (const page of store.list(prefix)) await store.remove(page.map(({ key }) => key))
}

/** Takes away what was brought for a job that was not made. What stands in the place of its spec stays there for as long as a job would. */
export async function removeUncommitted(store: ObjectStore, id: string): Promise<void> {
  for await (const page of store.list(jobPrefix(id))) {
    const keys = page.map(({ key }) => key).filter((key) => key !== specKey(id))
    if (keys.length > 0) await store.remove(keys)
  }
}
