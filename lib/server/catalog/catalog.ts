import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { availableSchema } from './available'
import { dataFilesOf } from './onnx/data-files'
import { findGraphs, type Graphs } from './onnx/find-onnx'
import { type FileStamp, fileSha256, fingerprint } from './revision'

/** A model folder found on disk, whether it is usable or not. */
export interface CatalogEntry {
  id: string
  /** fast, balanced or accurate; null if no type refers to this model. */
  type: string | null
  default: boolean
  folder: string
  /** The ONNX file; `head.safetensors` for a custom model. */
  file: string
  /** Set for a model of photos and texts: the ONNX file that takes texts. `file` takes photos. */
  textFile: string | null
  /** Size of these weights with their data files. */
  bytes: number
  /** `sha256:` and the digest of all files that affect predictions (see revision.ts). */
  revision: string
  /** The state of these files when they were read. */
  stamps: readonly FileStamp[]
  /** The problem with the folder, for the operator; null if there is none. */
  error: string | null
}

/** What turns texts into the input of a text graph. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json']

/** The weights of a custom model, which has no graph of its own. */
const HEAD_FILE = 'head.safetensors'
const headSchema = z.object({ vision: z.object({ base_model: z.object({ id: z.string() }) }) })

const catalogSchema = z.object({
  default: z.string(),
  types: z.record(z.string(), z.object({ id: z.string(), sha256: z.string(), bytes: z.int() })),
  /** Models that can be pulled. */
  available: z.array(availableSchema).default([]),
})

type CatalogFile = z.output<typeof catalogSchema>

/**
 * Lists the models in a folder: every subfolder with a `config.json`, and every model named in `catalog.json`. Files
 * with a known SHA-256 are verified; damaged ones are listed with an error.
 *
 * @param defaultType overrides the default in `catalog.json`
 * @throws Error if the folder or its `catalog.json` cannot be read, or names no default model
 */
export async function readCatalog(folder: string, defaultType?: string): Promise<CatalogEntry[]> {
  const catalog = await readCatalogFile(folder)
  const chosen = defaultType ?? catalog.default
  const typedEntries = Object.entries(catalog.types)
  const found = await modelFolders(folder)
  if (!typedEntries.some(([type]) => type === chosen)) {
    throw new Error(
      `${folder} has no model of the default type ${chosen}. Available types: ${typedEntries.map(([type]) => type).join(', ')}`,
    )
  }
  const ids = new Set([...typedEntries.map(([, entry]) => entry.id), ...found])
  return Promise.all(
    [...ids].map((id) => {
      const [type, expected] = typedEntries.find(([, entry]) => entry.id === id) ?? [null, undefined]
      return readEntry(join(folder, id), { id, type, default: type === chosen }, expected?.sha256)
    }),
  )
}

/** Reads a single model folder anywhere, as the default and only model. */
export function readModelFolder(folder: string): Promise<CatalogEntry> {
  return readEntry(folder, { id: basename(folder), type: null, default: true }, undefined)
}

/** Reads the folder of a custom model, which has a head in place of a graph. */
export function readHeadFolder(id: string, folder: string): Promise<CatalogEntry> {
  return readEntry(folder, { id, type: null, default: false }, undefined)
}

/** The types, the default and the models that can be pulled, from `catalog.json`. */
export async function readCatalogFile(folder: string): Promise<CatalogFile> {
  const path = join(folder, 'catalog.json')
  try {
    return catalogSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new Error(`the model catalog ${path} cannot be used: ${reason}`, { cause: error })
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

/** Whether this is a custom model: its configuration names the model that it builds on. */
async function hasHead(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}')
  try {
    return headSchema.safeParse(JSON.parse(text)).success
  } catch {
    return false // Reported when the configuration is parsed.
  }
}

type Identity = Pick<CatalogEntry, 'id' | 'type' | 'default'>

async function readEntry(folder: string, identity: Identity, sha256: string | undefined): Promise<CatalogEntry> {
  const entry: CatalogEntry = {
    ...identity,
    folder,
    file: join(folder, 'onnx', 'model.onnx'),
    textFile: null,
    bytes: 0,
    revision: 'sha256:unknown',
    stamps: [],
    error: null,
  }
  try {
    const graphs: Graphs | undefined = (await hasHead(folder))
      ? { image: HEAD_FILE, text: null }
      : await findGraphs(folder)
    if (graphs === undefined) return { ...entry, error: 'onnx/model.onnx is missing' }
    const { image: name, text } = graphs
    entry.file = join(folder, name)
    entry.textFile = text && join(folder, text)
    // Checked before the graph is read: for a file with a known checksum, this gives the better message.
    const error = await checksumError(entry.file, name, sha256)
    if (error !== null) return { ...entry, error }
    const weights = name === HEAD_FILE ? [name] : await withData(folder, [name, ...(text ? [text] : [])])
    const others = text ? TOKENIZER_FILES : []
    return { ...entry, bytes: await bytesOf(folder, weights), ...(await fingerprint(folder, [...weights, ...others])) }
  } catch (error) {
    return { ...entry, error: (error as Error).message }
  }
}

async function checksumError(file: string, name: string, sha256: string | undefined): Promise<string | null> {
  const digest = sha256 === undefined ? undefined : await fileSha256(file)
  return digest === sha256 ? null : `${name} is damaged: its SHA-256 is ${digest}, but catalog.json expects ${sha256}`
}

/** ONNX files and their data files. */
async function withData(folder: string, names: readonly string[]): Promise<string[]> {
  const data = await Promise.all(names.map((name) => dataFilesOf(folder, name)))
  return [...new Set([...names, ...data.flat()])]
}

async function bytesOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
