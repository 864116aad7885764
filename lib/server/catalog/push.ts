import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '../storage/object-store'
import { CHECKSUMS, parseChecksums, printChecksums } from './checksums'

/** Files in a models folder that do not belong to a single model but are uploaded with them. */
const SHARED_FILES = ['catalog.json', 'imagenet-classes.csv', 'self-test.png']

/**
 * Uploads the models of a folder to a bucket: new files first, and the checksums last, so that an incomplete set is
 * never used. Older files in the bucket stay; only files listed in the checksums count.
 *
 * @returns the number of files in the set, and how many were uploaded
 */
export async function pushModels(
  folder: string,
  store: ObjectStore,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ files: number; sent: number }> {
  const existing = await checksumsOf(store, prefix, signal)
  const files = await modelDigests(folder)
  let sent = 0
  for (const [path, digest] of files) {
    if (existing.get(path) === digest) continue
    await store.put(`${prefix}${path}`, await readFile(join(folder, path)), { signal })
    sent++
  }
  await store.put(`${prefix}${CHECKSUMS}`, printChecksums(files), { signal, type: 'text/plain' })
  return { files: files.size, sent }
}

/** The files of a models folder that belong in a bucket: slash-separated paths, and the SHA-256 of each. */
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
    return new Map() // An invalid file is overwritten.
  }
}

/** Slash-separated paths of the catalog and of all files of the model folders, sorted. */
async function modelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const sharedFiles = entries
    .filter((entry) => entry.isFile() && SHARED_FILES.includes(entry.name))
    .map(({ name }) => name)
  const models = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const within = await Promise.all(models.map((name) => filesOfModel(folder, name)))
  return [...sharedFiles, ...within.flat()].sort()
}

async function filesOfModel(folder: string, name: string): Promise<string[]> {
  const isModel = await stat(join(folder, name, 'config.json')).catch(() => null)
  if (!isModel) return []
  const files = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''))
}
