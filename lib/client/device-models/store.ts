import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { HeadKind } from '@/lib/shared/training/folder/custom-config'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { OWN_MODEL } from '../device/own-model-id'

/** The files of a model folder. Groups of labels have no examples and no evaluation. */
export type OwnFiles = Record<'config.json' | 'head.safetensors' | 'README.md', Blob> &
  Partial<Record<'examples.safetensors' | 'evaluation.json', Blob>>

/** A custom model that this browser keeps. */
export interface OwnModel {
  /** `device:my-parts` */
  id: string
  title: string
  /** As the server computes it. */
  revision: string
  base: { id: string; revision: string }
  kind: HeadKind
  multiLabel: boolean
  /** Their number. */
  labels: number
  /** Milliseconds since 1970. */
  savedAt: number
  files: OwnFiles
}

interface Schema extends DBSchema {
  models: { key: string; value: OwnModel }
}

/** Tells all tabs, this one included. */
const CHANNEL = `vision-own-models${BASE_PATH}`

/** The models of this browser, by title. Rejects if this browser has no storage. */
export async function listModels(): Promise<readonly OwnModel[]> {
  return using(async (db) => (await db.getAll('models')).sort((a, b) => a.title.localeCompare(b.title)))
}

/** Null if this browser doesn't have it. */
export async function readModel(id: string): Promise<OwnModel | null> {
  return using(async (db) => (await db.get('models', id)) ?? null)
}

/** Saves a model, in place of an earlier one with this ID. Rejects with a DOMException if storage is full. */
export async function keepModel(model: OwnModel): Promise<void> {
  await using((db) => db.put('models', model))
  announce()
}

export async function removeModel(id: string): Promise<void> {
  await using((db) => db.delete('models', id))
  announce()
}

/** An ID that no other model of this browser has. @param name as the ID of a model of the server */
export async function freeId(name: string): Promise<string> {
  const taken = new Set(await using((db) => db.getAllKeys('models')))
  for (let number = 1; ; number++) {
    const id = `${OWN_MODEL}${name}${number === 1 ? '' : `-${number}`}`
    if (!taken.has(id)) return id
  }
}

/** Calls a listener after each change, in this tab or another one. Returns a function that ends it. */
export function onModels(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = listener
  return () => channel.close()
}

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(null)
  channel.close()
}

/** Opens the database for one operation: the page and the worker that runs models both use it. */
async function using<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  const db = await openDB<Schema>(`vision-own-models${BASE_PATH}`, 1, {
    upgrade: (created) => void created.createObjectStore('models', { keyPath: 'id' }),
  })
  try {
    return await work(db)
  } finally {
    db.close()
  }
}
