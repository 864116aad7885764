import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'

/** An earlier result in this browser. Only a thumbnail of the photo is stored, not the photo itself. */
export interface Run {
  id: number
  /** Milliseconds since 1970. */
  time: number
  file: string
  thumbnail: Blob | null
  result: Classification
}

interface Schema extends DBSchema {
  runs: { key: number; value: Omit<Run, 'id'> & { id?: number } }
}

/** Older runs are deleted. */
export const MAX_RUNS = 200
const THUMBNAIL = { side: 160, type: 'image/webp', quality: 0.7 }

let connection: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  connection ??= openDB<Schema>(`vision${BASE_PATH}`, 1, {
    upgrade: (db) => void db.createObjectStore('runs', { keyPath: 'id', autoIncrement: true }),
    // Another tab with a newer version of the page is waiting for this connection to close.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
  connection.catch(() => {
    connection = undefined
  })
  return connection
}

/** Saves a result. Does nothing if the browser has no storage (a private window, a full disk). */
export async function saveRun(
  photo: Blob,
  file: string,
  { preview: _preview, ...result }: Classification,
): Promise<void> {
  try {
    const thumbnail = await createThumbnail(photo)
    const db = await database()
    const transaction = db.transaction('runs', 'readwrite')
    await transaction.store.add({ time: Date.now(), file, thumbnail, result })
    const keys = await transaction.store.getAllKeys()
    for (const key of keys.slice(0, Math.max(0, keys.length - MAX_RUNS))) await transaction.store.delete(key)
    await transaction.done
  } catch {
    // The history is optional: the result is already on the page.
  }
}

/**
 * All runs, newest first.
 *
 * @throws Error if this browser has no storage
 */
export async function listRuns(): Promise<Run[]> {
  const runs = (await (await database()).getAll('runs')) as Run[]
  return runs.reverse()
}

export async function removeRun(id: number): Promise<void> {
  await (await database()).delete('runs', id)
}

export async function clearRuns(): Promise<void> {
  await (await database()).clear('runs')
}

async function createThumbnail(photo: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(photo, { resizeWidth: THUMBNAIL.side, resizeQuality: 'medium' })
    const canvas = document.createElement('canvas')
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    bitmap.close()
    return await new Promise((resolve) => canvas.toBlob(resolve, THUMBNAIL.type, THUMBNAIL.quality))
  } catch {
    return null // The server supports the format, but this browser doesn't.
  }
}
