import { BASE_PATH } from '@/lib/shared/web/base-path'

/** Pages under another base path of the same origin have batches of their own. */
const ROOT = `vision-batches${BASE_PATH.replaceAll('/', ' ')}`

/**
 * The folder of a batch in the browser's private file system, which is created if need be.
 *
 * @throws DOMException in private windows of some browsers
 */
export async function batchFolder(batch: string): Promise<FileSystemDirectoryHandle> {
  return (await rootFolder()).getDirectoryHandle(batch, { create: true })
}

/**
 * Deletes all that is kept of a batch.
 *
 * @throws DOMException `NoModificationAllowedError` while a worker has a file of it open
 */
export async function deleteFolder(batch: string): Promise<void> {
  const root = await rootFolder()
  await root.removeEntry(batch, { recursive: true }).catch((error: DOMException) => {
    if (error.name !== 'NotFoundError') throw error
  })
}

async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true })
}
