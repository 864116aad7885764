import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'

/** One answered photo of this browser's past. The photo itself is not kept, only a small picture of it. */
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

/** Older runs than this many are dropped. */
export const MAX_RUNS = 200
const THUMBNAIL = { side: 160, type: 'image/webp', quality: 0.7 }

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(`vision${BASE_PATH}`, 1, {
    upgrade: (db) => void db.createObjectStore('runs', { keyPath: 'id', autoIncrement: true }),
    // Another tab with a newer page waits for this one to let go.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
  opened.catch(() => {
    opened = undefined
  })
  return opened
}

/** Keeps an answer. A browser that keeps nothing (a private window, a full disk) is left alone. */
export async function saveRun(
  photo: Blob,
  file: string,
  { preview: _preview, ...result }: Classification,
): Promise<void> {
  try {
    const thumbnail = await makeThumbnail(photo)
    const db = await database()
    const transaction = db.transaction('runs', 'readwrite')
    await transaction.store.add({ time: Date.now(), file, thumbnail, result })
    const keys = await transaction.store.getAllKeys()
    for (const key of keys.slice(0, Math.max(0, keys.length - MAX_RUNS))) await transaction.store.delete(key)
    await transaction.done
  } catch {
    // The answer is on the page; the history is a convenience.
  }
}

/**
 * All runs, the newest first.
 *
 * @throws Error where this browser keeps nothing
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

async function makeThumbnail(photo: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(photo, { resizeWidth: THUMBNAIL.side, resizeQuality: 'medium' })
    const canvas = document.createElement('canvas')
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    bitmap.close()
    return await new Promise((resolve) => canvas.toBlob(resolve, THUMBNAIL.type, THUMBNAIL.quality))
  } catch {
    return null // A format that the server reads and this browser does not.
  }
}
