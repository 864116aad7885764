import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'

/** A thumbnail that this browser keeps, as bytes: browsers store each blob as a file of its own. */
interface StoredThumbnail {
  batch: string
  /** Index of the photo in its batch. */
  index: number
  jpeg: ArrayBuffer
}

/** The thumbnails of one batch. */
interface StoredSet {
  batch: string
  /** When its first thumbnail was stored, in milliseconds since 1970. */
  created: number
  count: number
}

/** A database of its own: earlier versions of the page may have the one with the batches open. */
interface Schema extends DBSchema {
  sets: { key: string; value: StoredSet }
  thumbnails: { key: [string, number]; value: StoredThumbnail }
}

/** Thumbnails kept for one batch: about 6 MB. */
export const MAX_OF_BATCH = 2000
/** Thumbnails kept for all batches: about 30 MB. Those of the oldest batch go first. */
const MAX_IN_TOTAL = 10_000

const TYPE = 'image/jpeg'

let connection: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  connection ??= openDB<Schema>(`vision-thumbnails${BASE_PATH}`, 1, {
    upgrade(db) {
      db.createObjectStore('sets', { keyPath: 'batch' })
      db.createObjectStore('thumbnails', { keyPath: ['batch', 'index'] })
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
  connection.catch(() => {
    connection = undefined
  })
  return connection
}

/** Stores thumbnails of a batch. Returns whether that succeeded: private windows have no storage. */
export async function saveThumbnails(batch: string, thumbnails: ReadonlyMap<number, Blob>): Promise<boolean> {
  try {
    // Bytes are read first: a transaction ends while it waits for anything else.
    const stored = await Promise.all(
      [...thumbnails].map(async ([index, blob]) => ({ batch, index, jpeg: await blob.arrayBuffer() })),
    )
    const db = await database()
    const transaction = db.transaction(['sets', 'thumbnails'], 'readwrite')
    const store = transaction.objectStore('thumbnails')
    await Promise.all(stored.map((thumbnail) => store.put(thumbnail)))
    const sets = transaction.objectStore('sets')
    const { created = Date.now() } = (await sets.get(batch)) ?? {}
    await sets.put({ batch, created, count: await store.count(rangeOf(batch)) })
    await transaction.done
    await deleteOldest(db, batch)
    return true
  } catch {
    return false
  }
}

/** A stored thumbnail; null if there is none. */
export async function loadThumbnail(batch: string, index: number): Promise<Blob | null> {
  try {
    const stored = await (await database()).get('thumbnails', [batch, index])
    return stored ? new Blob([stored.jpeg], { type: TYPE }) : null
  } catch {
    return null
  }
}

/** The photos of a batch that have a stored thumbnail. */
export async function storedThumbnails(batch: string): Promise<Set<number>> {
  try {
    const keys = await (await database()).getAllKeys('thumbnails', rangeOf(batch))
    return new Set(keys.map(([, index]) => index))
  } catch {
    return new Set()
  }
}

export async function deleteThumbnails(batch: string): Promise<void> {
  try {
    const transaction = (await database()).transaction(['sets', 'thumbnails'], 'readwrite')
    await transaction.objectStore('sets').delete(batch)
    await transaction.objectStore('thumbnails').delete(rangeOf(batch))
    await transaction.done
  } catch {
    // Without storage there is nothing to delete.
  }
}

/** Deletes the thumbnails of the oldest batches until the others are within the limit, but not those of `kept`. */
async function deleteOldest(db: IDBPDatabase<Schema>, kept: string): Promise<void> {
  const sets = (await db.getAll('sets')).sort((a, b) => a.created - b.created)
  let total = sets.reduce((sum, { count }) => sum + count, 0)
  for (const { batch, count } of sets) {
    if (total <= MAX_IN_TOTAL) return
    if (batch === kept) continue
    await deleteThumbnails(batch)
    total -= count
  }
}

function rangeOf(batch: string): IDBKeyRange {
  return IDBKeyRange.bound([batch, 0], [batch, Number.POSITIVE_INFINITY])
}
