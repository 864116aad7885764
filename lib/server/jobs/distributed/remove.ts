import type { ObjectStore } from '../../storage/objects'
import type { JobSpec } from '../jobs'
import { claimPlace } from './claim'
import { jobPrefix, specKey } from './layout'
import type { Ledger } from './ledger'
import type { WorkQueue } from './queue'

/** Deletes a job. Its spec goes first: what a kill leaves after that is nobody's, and the sweep takes it. */
export async function removeJob(store: ObjectStore, ledger: Ledger, queue: WorkQueue, spec: JobSpec): Promise<void> {
  await store.remove([specKey(spec.id), ...(spec.key === undefined ? [] : [claimPlace(spec.key)])])
  await queue.withdraw(spec.id)
  await ledger.forget(spec.id)
  await removeObjects(store, jobPrefix(spec.id))
}

/** Deletes all below a prefix, a page at a time. */
export async function removeObjects(store: ObjectStore, prefix: string): Promise<void> {
  for await (const page of store.list(prefix)) await store.remove(page.map(({ key }) => key))
}
