import type { ObjectStore } from '../../storage/object-store'
import type { Ledger } from './ledger'
import { JOBS } from './object-keys'
import { restoreJob } from './restore'

/** Restores the jobs that are in the bucket but not in Redis. An empty Redis doesn't mean that there are no jobs. */
export async function restoreAllJobs(store: ObjectStore, ledger: Ledger): Promise<void> {
  for await (const id of store.folders(JOBS)) {
    try {
      await restoreJob(store, ledger, id)
    } catch (error) {
      // A job with damaged files must not hide the others.
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  await ledger.markComplete()
}
