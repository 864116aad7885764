import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Picks } from '@/lib/shared/labels-file/match-labels'
import { BASE_PATH } from '@/lib/shared/web/base-path'

/** A batch that this browser knows of: by the id of its job it is found again. */
export interface KnownBatch {
  id: string
  /** Milliseconds since 1970. */
  created: number
  /** The folder or the first file. */
  name: string
  photos: number
  labels?: { name: string; text: string; picks?: Picks }
}

/** A photo of a batch, by what it is recognised when its folder is given again. */
export interface Entry {
  batch: string
  index: number
  path: string
  size: number
  modified: number
}

interface Schema extends DBSchema {
  batches: { key: string; value: KnownBatch }
  entries: { key: [string, number]; value: Entry }
}

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(`vision-batches${BASE_PATH}`, 1, {
    upgrade(db) {
      db.createObjectStore('batches', { keyPath: 'id' })
      db.createObjectStore('entries', { keyPath: ['batch', 'index'] })
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
  opened.catch(() => {
    opened = undefined
  })
  return opened
}

/** Keeps what a batch is, and photos that came to it. Whether it could: a private window keeps nothing. */
export async function keepBatch(batch: KnownBatch, entries: readonly Entry[]): Promise<boolean> {
  try {
    const transaction = (await database()).transaction(['batches', 'entries'], 'readwrite')
    await transaction.objectStore('batches').put(batch)
    const store = transaction.objectStore('entries')
    await Promise.all(entries.map((entry) => store.put(entry)))
    await transaction.done
    return true
  } catch {
    return false
  }
}

/** What is known of a batch; null where this browser has not made it. */
export async function knownBatch(id: string): Promise<{ batch: KnownBatch; entries: Entry[] } | null> {
  try {
    const db = await database()
    const batch = await db.get('batches', id)
    return batch ? { batch, entries: await db.getAll('entries', all(id)) } : null
  } catch {
    return null
  }
}

/** All batches of this browser, the newest first. */
export async function knownBatches(): Promise<KnownBatch[]> {
  try {
    return (await (await database()).getAll('batches')).sort((a, b) => b.created - a.created)
  } catch {
    return []
  }
}

export async function forgetBatch(id: string): Promise<void> {
  try {
    const transaction = (await database()).transaction(['batches', 'entries'], 'readwrite')
    await transaction.objectStore('batches').delete(id)
    await transaction.objectStore('entries').delete(all(id))
    await transaction.done
  } catch {
    // It keeps nothing, so there is nothing to forget.
  }
}

function all(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Number.POSITIVE_INFINITY])
}
