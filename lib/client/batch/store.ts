import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { SavedLabels } from './labels'

/** A batch saved in this browser. Its job id is the key. */
export interface SavedBatch {
  id: string
  /** Milliseconds since 1970. */
  created: number
  /** The folder or the first file. */
  name: string
  photos: number
  labels?: SavedLabels | null
  /** The visitor's own name for it. */
  title?: string | null
  /** ID of the model. */
  model?: string
  /** How it ended; null while it runs. */
  outcome?: Outcome | null
  /** Share of right results; null without labels. */
  accuracy?: number | null
  /** Names the labels that its photos were last checked with; null for the names of folders. */
  checkedLabels?: string | null
  /** Of batches with the same photos on different models: the ID of the first of them. Absent in the first. */
  group?: string
  /** The ID of the batch that it was started from. */
  from?: string
  /** Whether another browser started it, and uploads its photos. */
  foreign?: boolean
  /** How it runs on this device; absent if it is on the server. */
  device?: DeviceSettings
}

/** What a batch of this device is run with. */
export interface DeviceSettings {
  /** Null for all labels that apply, of a multi-label model. */
  topK: number | null
  threshold: number
  /** Of the model. */
  revision: string
  paused: boolean
}

/** How a batch ended. */
export interface Outcome {
  state: 'done' | 'cancelled' | 'expired'
  failed: number
  /** When the server deletes it, in milliseconds since 1970. */
  expires: number | null
  /** How long it ran, without pauses; null if this browser didn't see all of it. */
  seconds: number | null
}

/** The group of a batch: its own ID if it is the first of the group, or the only one. */
export function groupOf({ id, group }: Pick<SavedBatch, 'id' | 'group'>): string {
  return group ?? id
}

/** A photo of a saved batch, with the properties that identify it when its folder is selected again. */
export interface SavedPhoto {
  batch: string
  index: number
  path: string
  size: number
  modified: number
}

interface Schema extends DBSchema {
  batches: { key: string; value: SavedBatch }
  entries: { key: [string, number]; value: SavedPhoto }
}

let connection: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  connection ??= openDB<Schema>(`vision-batches${BASE_PATH}`, 1, {
    upgrade(db) {
      db.createObjectStore('batches', { keyPath: 'id' })
      db.createObjectStore('entries', { keyPath: ['batch', 'index'] })
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  })
  connection.catch(() => {
    connection = undefined
  })
  return connection
}

/**
 * Saves a batch and its new photos. What is saved of it already and isn't given stays. Returns whether that succeeded:
 * private windows have no storage.
 */
export async function saveBatch(batch: SavedBatch, photos: readonly SavedPhoto[]): Promise<boolean> {
  try {
    const transaction = (await database()).transaction(['batches', 'entries'], 'readwrite')
    const batches = transaction.objectStore('batches')
    await batches.put({ ...(await batches.get(batch.id)), ...batch })
    const store = transaction.objectStore('entries')
    await Promise.all(photos.map((photo) => store.put(photo)))
    await transaction.done
    return true
  } catch {
    return false
  }
}

/** Changes a saved batch. Does nothing if it isn't saved, or was deleted in another tab. */
export async function updateBatch(id: string, part: Partial<SavedBatch>): Promise<void> {
  try {
    const { store, done } = (await database()).transaction('batches', 'readwrite')
    const batch = await store.get(id)
    if (batch) await store.put({ ...batch, ...part, id })
    await done
  } catch {
    // Without storage there is nothing to change.
  }
}

/** Loads a saved batch; null if it wasn't created in this browser. */
export async function loadBatch(id: string): Promise<{ batch: SavedBatch; photos: SavedPhoto[] } | null> {
  try {
    const db = await database()
    const batch = await db.get('batches', id)
    return batch ? { batch, photos: await db.getAll('entries', photoRange(id)) } : null
  } catch {
    return null
  }
}

/** All batches saved in this browser, newest first. */
export async function listBatches(): Promise<SavedBatch[]> {
  try {
    return (await (await database()).getAll('batches')).sort((a, b) => b.created - a.created)
  } catch {
    return []
  }
}

/** Deletes a batch from this browser, but not its thumbnails. */
export async function deleteSavedBatch(id: string): Promise<void> {
  try {
    const transaction = (await database()).transaction(['batches', 'entries'], 'readwrite')
    await transaction.objectStore('batches').delete(id)
    await transaction.objectStore('entries').delete(photoRange(id))
    await transaction.done
  } catch {
    // Without storage there is nothing to delete.
  }
}

function photoRange(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Number.POSITIVE_INFINITY])
}
