import type { ObjectStore } from '../../storage/object-store'
import type { Ledger } from './ledger'
import { JOBS } from './object-keys'
import { restoreJob } from './restore'

/** Finds the jobs that are in the bucket and makes those anew that Redis has forgotten: an empty Redis says nothing about what there is. */
export async function restoreAllJobs(store: ObjectStore, ledger: Ledger): Promise<void> {
  for await (const id of store.folders(JOBS)) {
    try {
      await restoreJob(store, ledger, id)
    } catch (error) {
      // One whose files are damaged must not hide the others.
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  await ledger.markComplete()
}
