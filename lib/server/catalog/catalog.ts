import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { availableSchema } from './available'
import { dataFilesOf } from './onnx/data-files'
import { findOnnx } from './onnx/find-onnx'
import { type FileStamp, fileSha256, fingerprint } from './revision'

/** One model folder as found on disk, whether it can serve or not. */
export interface CatalogEntry {
  id: string
  /** fast, balanced or accurate; null for a model that no type names. */
  type: string | null
  default: boolean
  folder: string
  /** The ONNX file. */
  file: string
  /** Of the ONNX file and its data files. */
  bytes: number
  /** `sha256:` and the digest of all files that decide an answer (see revision.ts). */
  revision: string
  /** These files as they were when they were read. */
  stamps: readonly FileStamp[]
  /** What is wrong with the folder, for the operator; null where nothing is. */
  error: string | null
}

const catalogSchema = z.object({
  default: z.string(),
  types: z.record(z.string(), z.object({ id: z.string(), sha256: z.string(), bytes: z.int() })),
  /** Models that can be pulled. */
  available: z.array(availableSchema).default([]),
})

type CatalogFile = z.output<typeof catalogSchema>

/**
 * Lists the models of a folder: every sub-folder with a `config.json`, and every one that `catalog.json` names.
 * Files with a known SHA-256 are checked against it; a damaged one is listed with what is wrong.
 *
 * @param defaultType overrides the default that `catalog.json` names
 * @throws Error where the folder or its `catalog.json` cannot be read at all, or names no default model
 */
export async function readCatalog(folder: string, defaultType?: string): Promise<CatalogEntry[]> {
  const catalog = await readCatalogFile(folder)
  const chosen = defaultType ?? catalog.default
  const named = Object.entries(catalog.types)
  const found = await modelFolders(folder)
  if (!named.some(([type]) => type === chosen)) {
    throw new Error(
      `type).join(', ')} => ${folder} has no model of the default type ${chosen}. Available types: ${named.map(([type]) => type).join(', ')} => type).join(', ')}`,
    )
  }
  const ids = new Set([...named.map(([, entry]) => entry.id), ...found])
  return Promise.all(
    [...ids].map((id) => {
      const [type, expected] = named.find(([, entry]) => entry.id === id) ?? [null, undefined]
      return readEntry(join(folder, id), { id, type, default: type === chosen }, expected?.sha256)
    }),
  )
}

/** One model folder by itself, wherever it lies, as the default and only one. */
export function readModelFolder(folder: string): Promise<CatalogEntry> {
  return readEntry(folder, { id: basename(folder), type: null, default: true }, undefined)
}

/** The types, the default and what can be pulled, as `catalog.json` has them. */
export async function readCatalogFile(folder: string): Promise<CatalogFile> {
  const path = join(folder, 'catalog.json')
  try {
    return catalogSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new Error(`the model catalogue ${path} cannot be used: ${reason}`, { cause: error })
  }
}

async function modelFolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
  )
  const checked = await Promise.all(
    names.map(async ({ name }) => ({ name, is: await exists(join(folder, name, 'config.json')) })),
  )
  return checked.filter(({ is }) => is).map(({ name }) => name)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

type Identity = Pick<CatalogEntry, 'id' | 'type' | 'default'>

async function readEntry(folder: string, identity: Identity, sha256: string | undefined): Promise<CatalogEntry> {
  const entry: CatalogEntry = {
    ...identity,
    folder,
    file: join(folder, 'onnx', 'model.onnx'),
    bytes: 0,
    revision: 'sha256:unknown',
    stamps: [],
    error: null,
  }
  try {
    const name = await findOnnx(folder)
    if (name === undefined) return { ...entry, error: 'onnx/model.onnx is missing' }
    entry.file = join(folder, name)
    // Before the graph is read: of a file that is known, the damage is the better message.
    const error = await checksumError(entry.file, name, sha256)
    if (error !== null) return { ...entry, error }
    const weights = [name, ...(await dataFilesOf(folder, name))]
    return { ...entry, bytes: await bytesOf(folder, weights), ...(await fingerprint(folder, weights)) }
  } catch (error) {
    return { ...entry, error: (error as Error).message }
  }
}

async function checksumError(file: string, name: string, sha256: string | undefined): Promise<string | null> {
  const digest = sha256 === undefined ? undefined : await fileSha256(file)
  return digest === sha256 ? null : `${name} is damaged: its SHA-256 is ${digest}, but catalog.json expects ${sha256}`
}

async function bytesOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
