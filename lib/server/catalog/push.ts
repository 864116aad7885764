import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '../storage/object-store'
import { CHECKSUMS, parseChecksums, printChecksums } from './checksums'

/** What of a models folder is no model, but goes with them. */
const BESIDE = ['catalog.json', 'imagenet-classes.csv', 'self-test.png']

/**
 * Puts the models of a folder into a bucket: what is new there, and the checksums last, so that nobody takes half of it for the whole. What the
 * bucket had before stays there; only what the checksums name counts.
 *
 * @returns how many files the set has, and how many of them were sent
 */
export async function pushModels(
  folder: string,
  store: ObjectStore,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ files: number; sent: number }> {
  const there = await checksumsOf(store, prefix, signal)
  const files = await modelDigests(folder)
  let sent = 0
  for (const [path, digest] of files) {
    if (there.get(path) === digest) continue
    await store.put(`${prefix}${path}`, await readFile(join(folder, path)), { signal })
    sent++
  }
  await store.put(`${prefix}${CHECKSUMS}`, printChecksums(files), { signal, type: 'text/plain' })
  return { files: files.size, sent }
}

/** What of a models folder belongs into a bucket: paths with slashes, and the SHA-256 of each file. */
export async function modelDigests(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>()
  for (const path of await modelFiles(folder)) {
    digests.set(
      path,
      createHash('sha256')
        .update(await readFile(join(folder, path)))
        .digest('hex'),
    )
  }
  return digests
}

async function checksumsOf(store: ObjectStore, prefix: string, signal?: AbortSignal): Promise<Map<string, string>> {
  const object = await store.get(`${prefix}${CHECKSUMS}`, { signal })
  try {
    return object === null ? new Map() : parseChecksums(new TextDecoder().decode(object.bytes))
  } catch {
    return new Map() // Whatever lies there is written over.
  }
}

/** Paths of the catalogue and of all files of the model folders, with slashes, in order. */
async function modelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const beside = entries.filter((entry) => entry.isFile() && BESIDE.includes(entry.name)).map(({ name }) => name)
  const models = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const within = await Promise.all(models.map((name) => filesOfModel(folder, name)))
  return [...beside, ...within.flat()].sort()
}

async function filesOfModel(folder: string, name: string): Promise<string[]> {
  const isModel = await stat(join(folder, name, 'config.json')).catch(() => null)
  if (!isModel) return []
  const files = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''))
}
