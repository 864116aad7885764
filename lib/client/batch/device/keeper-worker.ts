import { batchFolder } from './folders'
import type { FromKeeper, Kept, ToKeeper } from './keeper-protocol'
import { RowLog } from './row-log'
import { openSyncFile, type SyncFile } from './sync-file'

/** Entry point of the worker that keeps a batch: only workers may write to a file in place. */

const RESULTS = 'results.ndjson'

let folder: FileSystemDirectoryHandle | null = null
let log: RowLog | null = null

/** A tab that was just closed may have the file open for another moment. */
const TRIES = 50
const RETRY_MS = 100

async function open(batch: string): Promise<Kept> {
  folder = await batchFolder(batch)
  log = new RowLog(await openResults(folder))
  return { rows: log.open(), photos: await keptPhotos(folder) }
}

async function openResults(folder: FileSystemDirectoryHandle): Promise<SyncFile> {
  for (let tries = 1; ; tries++) {
    try {
      return await openSyncFile(folder, RESULTS)
    } catch (error) {
      if ((error as Error).name !== 'NoModificationAllowedError' || tries === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Files are named after the photos' indices. */
async function keptPhotos(folder: FileSystemDirectoryHandle): Promise<Map<number, File>> {
  const photos = new Map<number, File>()
  for await (const handle of (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()) {
    if (/^\d+$/.test(handle.name)) photos.set(Number(handle.name), await (handle as FileSystemFileHandle).getFile())
  }
  return photos
}

/** A photo that the tab is closed over is shorter than it was, which shows later. */
async function copy(index: number, photo: Blob): Promise<void> {
  const bytes = new Uint8Array(await photo.arrayBuffer())
  if (folder === null) return
  const file = await openSyncFile(folder, String(index))
  try {
    file.truncate(0)
    if (file.write(bytes, { at: 0 }) < bytes.length) throw new DOMException('the disk is full', 'QuotaExceededError')
  } catch (error) {
    file.close()
    await drop(index)
    throw error
  }
  file.close()
}

async function read(index: number): Promise<File | undefined> {
  const handle = await folder?.getFileHandle(String(index)).catch(() => undefined)
  return handle?.getFile()
}

async function drop(index: number): Promise<void> {
  // It was never kept, or the batch was deleted.
  await folder?.removeEntry(String(index)).catch(() => {})
}

async function handle(message: ToKeeper): Promise<Kept | File | undefined> {
  if (message.kind === 'open') return open(message.batch)
  if (message.kind === 'read') return read(message.index)
  if (message.kind === 'append') log?.append(message.row)
  else if (message.kind === 'copy') await copy(message.index, message.file)
  else if (message.kind === 'drop') await drop(message.index)
  else {
    log?.close()
    log = folder = null
  }
  return undefined
}

self.onmessage = async ({ data: { id, ...message } }: MessageEvent<ToKeeper & { id: number }>) => {
  let reply: FromKeeper = { id }
  try {
    const value = await handle(message as ToKeeper)
    if (value !== undefined) reply = { id, value }
  } catch (error) {
    reply = { id, error: error instanceof Error || error instanceof DOMException ? error.name : 'Error' }
  }
  self.postMessage(reply)
}
