import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { displayedFile, type Photo } from '../photos/photo'
import { photoThumbnail } from '../photos/photo-thumbnail'
import { claimTabId } from '../photos/tab-id'

/** Which of the photos of this browser's tabs a run is about. */
export interface RunPhoto {
  tab: string
  id: number
  /** Size and SHA-256 of the original. With the name, the size tells a reused id from the same photo. */
  bytes: number
  sha256: string | null
}

/** A photo with its results in this browser. Only a thumbnail of the photo is stored here, not the photo itself. */
export interface Run {
  id: number
  /** When the latest result arrived, in milliseconds since 1970. */
  time: number
  file: string
  thumbnail: Blob | null
  /** One per model, in order of arrival. */
  results: readonly [Classification, ...Classification[]]
  /** Null in runs of earlier versions. */
  photo: RunPhoto | null
}

/**
 * Earlier versions stored runs with `result` only. They may be open in another tab, on the same database: what they
 * read has to stay, and what they write has to be read.
 */
interface StoredRun extends Pick<Run, 'time' | 'file' | 'thumbnail'> {
  id?: number
  result: Classification
  otherResults?: Classification[]
  photo?: RunPhoto
}

interface Schema extends DBSchema {
  runs: { key: number; value: StoredRun }
}

/** Older runs are deleted. */
export const MAX_RUNS = 200

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

/** Saves results, oldest first. */
export async function saveRuns(runs: readonly { photo: Photo; result: Classification }[]): Promise<void> {
  // Older ones would be deleted at once.
  for (const { photo, result } of runs.slice(-MAX_RUNS)) await saveRun(photo, result)
}

let lastSave: Promise<void> = Promise.resolve()

/**
 * Saves a result. Results of several models for one photo become one run. Does nothing if the browser has no storage
 * (a private window, a full disk).
 */
function saveRun(photo: Photo, { preview: _preview, ...result }: Classification): Promise<void> {
  // One after another: the results of several models arrive together, and all but the first find the run of the first.
  lastSave = lastSave
    .then(() => save(photo, result))
    .catch(() => {
      // The history is optional: the result is already on the page.
    })
  return lastSave
}

async function save(photo: Photo, result: Classification): Promise<void> {
  const { id: tab } = await claimTabId()
  const about: RunPhoto = { tab, id: photo.id, bytes: photo.file.size, sha256: photo.prepared?.sha256 ?? null }
  const db = await database()
  const key = keyOf(photo.name, about)
  const keys = await knownKeys(db)
  const knownId = keys.get(key)
  const earlier = knownId === undefined ? undefined : await db.get('runs', knownId)
  const [first, ...others] = earlier ? withResult(toResults(earlier), result) : [result]
  const thumbnail = earlier ? earlier.thumbnail : await photoThumbnail(displayedFile(photo))
  const run = { time: Date.now(), file: photo.name, thumbnail, result: first, otherResults: others, photo: about }
  const transaction = db.transaction('runs', 'readwrite')
  // A new id, because runs are in the order of their ids, the latest last.
  if (earlier?.id !== undefined) await transaction.store.delete(earlier.id)
  keys.set(key, await transaction.store.add(run))
  const ids = await transaction.store.getAllKeys()
  for (const old of ids.slice(0, Math.max(0, ids.length - MAX_RUNS))) await transaction.store.delete(old)
  await transaction.done
}

/** A run's photo as one string. */
const keyOf = (file: string, { tab, id, bytes }: RunPhoto) => JSON.stringify([tab, id, bytes, file])

let keysRead: Promise<Map<string, number>> | undefined

/** The ids of runs by their photo's key: read once, since other tabs have photos of their own. */
function knownKeys(db: IDBPDatabase<Schema>): Promise<Map<string, number>> {
  keysRead ??= db
    .getAll('runs')
    .then((runs) => new Map(runs.flatMap(({ id, file, photo }) => (photo && id ? [[keyOf(file, photo), id]] : []))))
  return keysRead
}

type Results = [Classification, ...Classification[]]

const toResults = ({ result, otherResults = [] }: StoredRun): Results => [result, ...otherResults]

/** Replaces the model's result, or adds it. */
function withResult(results: Results, result: Classification): Results {
  const isNew = results.every(({ model }) => model.id !== result.model.id)
  if (isNew) return [...results, result]
  return results.map((each) => (each.model.id === result.model.id ? result : each)) as Results
}

/**
 * All runs, newest first.
 *
 * @throws Error if this browser has no storage
 */
export async function listRuns(): Promise<Run[]> {
  const runs = await (await database()).getAll('runs')
  return runs.map(toRun).reverse()
}

function toRun(stored: StoredRun): Run {
  const { id = 0, time, file, thumbnail, photo = null } = stored
  return { id, time, file, thumbnail, results: toResults(stored), photo }
}

/**
 * Removes a run.
 *
 * @returns brings it back exactly as it was, at its place in the list
 */
export async function removeRun(id: number): Promise<() => Promise<void>> {
  const db = await database()
  const stored = await db.get('runs', id)
  await db.delete('runs', id)
  return async () => {
    if (stored) await db.put('runs', stored)
  }
}

export async function clearRuns(): Promise<void> {
  await (await database()).clear('runs')
}
