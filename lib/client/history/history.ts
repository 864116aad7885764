import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { photoThumbnail } from '../photos/photo-thumbnail'

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

/** Runs that are stored together. */
const RUNS_PER_TRANSACTION = 20

/** Saves results, oldest first. Does nothing if the browser has no storage (a private window, a full disk). */
export async function saveRuns(runs: readonly { photo: Blob; file: string; result: Classification }[]): Promise<void> {
  const time = Date.now()
  try {
    // Older ones would be deleted at once.
    for (let rest = runs.slice(-MAX_RUNS); rest.length > 0; rest = rest.slice(RUNS_PER_TRANSACTION)) {
      const next = rest.slice(0, RUNS_PER_TRANSACTION).map(async ({ photo, file, result }) => {
        const { preview: _preview, ...stored } = result
        return { time, file, thumbnail: await photoThumbnail(photo), result: stored }
      })
      await store(await Promise.all(next))
    }
  } catch {
    // The history is optional: the results are already on the page.
  }
}

async function store(runs: readonly Schema['runs']['value'][]): Promise<void> {
  const db = await database()
  const transaction = db.transaction('runs', 'readwrite')
  for (const run of runs) await transaction.store.add(run)
  const keys = await transaction.store.getAllKeys()
  for (const key of keys.slice(0, Math.max(0, keys.length - MAX_RUNS))) await transaction.store.delete(key)
  await transaction.done
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
