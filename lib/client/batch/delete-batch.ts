import { deleteJob } from './api'
import { announceDeletion } from './deletions'
import { isDeviceBatch } from './device/device-job'
import { deleteFolder } from './device/folders'
import { turnLock } from './device/turn'
import { deleteSavedBatch } from './store'
import { deleteThumbnails } from './thumbnail-store'

/** A page that runs the batch ends it within this time. */
const END_MS = 10_000

/** Deletes a batch with its results, everywhere. Rejects with a `Failure` if it is on the server and that is unreachable. */
export async function deleteBatch(id: string): Promise<void> {
  if (!isDeviceBatch(id)) await deleteJob(id)
  await deleteSavedBatch(id)
  await deleteThumbnails(id)
  announceDeletion(id)
  if (isDeviceBatch(id)) await deleteKept(id)
}

/** Deletes what this browser keeps of a batch, once no page runs it. */
async function deleteKept(id: string): Promise<void> {
  const signal = AbortSignal.timeout(END_MS)
  const locks = globalThis.navigator?.locks
  if (locks) await locks.request(turnLock(id), { signal }, () => deleteFolder(id))
}
