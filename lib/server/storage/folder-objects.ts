import { randomUUID } from 'node:crypto'
import { constants, copyFile, link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { ObjectInfo, ObjectStore, PutOptions, StoredObject } from './object-store'
import { storageProblem } from './storage-errors'

/** The part of an object store that custom models need. */
export type Objects = Pick<ObjectStore, 'put' | 'get' | 'list' | 'remove'>

/** Names of files that are being written. They are no objects. */
const UNFINISHED = '.new'
/** An unfinished file this old was left behind by a crash. */
const ABANDONED_MS = 3_600_000

/**
 * Objects as files of a folder. Every object is written completely or not at all, and is on the disk once `put`
 * resolves.
 *
 * Methods reject with Problem `storage_full` or `not_ready` if the disk fails.
 */
export class FolderObjects implements Objects {
  constructor(readonly folder: string) {}

  async put(key: string, body: Uint8Array | string, options: PutOptions = {}): Promise<boolean> {
    const path = join(this.folder, key)
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeDurably(unfinished, body)
      if (options.ifAbsent) return await linkIfAbsent(unfinished, path)
      await rename(unfinished, path)
      await flushFolder(dirname(path))
      return true
    } catch (error) {
      throw storageProblem(error)
    } finally {
      await rm(unfinished, { force: true }).catch(() => {})
    }
  }

  async get(key: string): Promise<StoredObject | null> {
    try {
      return { bytes: await readFile(join(this.folder, key)), metadata: {} }
    } catch (error) {
      if (isMissing(error)) return null
      throw storageProblem(error)
    }
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo[]> {
    const keys = (await this.keys(prefix)).sort()
    const objects = await Promise.all(keys.map((key) => this.info(key)))
    yield objects.filter((info) => info !== null)
  }

  async remove(keys: readonly string[]): Promise<void> {
    try {
      for (const key of keys) await rm(join(this.folder, key), { force: true })
      for (const folder of new Set(keys.map((key) => dirname(key)))) await this.removeEmpty(folder)
    } catch (error) {
      throw storageProblem(error)
    }
  }

  private async keys(prefix: string): Promise<string[]> {
    const start = join(this.folder, prefix.slice(0, prefix.lastIndexOf('/') + 1))
    const entries = await readdir(start, { recursive: true, withFileTypes: true }).catch((error) => {
      if (isMissing(error)) return []
      throw storageProblem(error)
    })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((key) => key.startsWith(prefix))
  }

  private async info(key: string): Promise<ObjectInfo | null> {
    const path = join(this.folder, key)
    const entry = await stat(path).catch((error) => {
      // One that can't be read at the moment isn't missing.
      if (!isMissing(error)) throw storageProblem(error)
      return null
    })
    if (entry === null) return null
    if (!key.endsWith(UNFINISHED)) return { key, size: entry.size, etag: String(entry.ino), modified: entry.mtimeMs }
    if (Date.now() - entry.mtimeMs > ABANDONED_MS) await rm(path, { force: true }).catch(() => {})
    return null
  }

  /** Removes a folder and the folders around it, as far as they are empty. */
  private async removeEmpty(folder: string): Promise<void> {
    for (let each = folder; each !== '.'; each = dirname(each)) {
      const removed = await rmdir(join(this.folder, each)).then(
        () => true,
        () => false,
      )
      if (!removed) return
    }
  }
}

async function writeDurably(path: string, body: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(body)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a finished file visible under its name, unless there is one. */
async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch((error) => {
      // Some network and container file systems have no hard links.
      if (error.code !== 'EPERM' && error.code !== 'ENOTSUP' && error.code !== 'ENOSYS') throw error
      return copyFile(from, to, constants.COPYFILE_EXCL)
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  await flushFolder(dirname(to))
  return true
}

/** A new name is on the disk only once its folder is. Windows has no such call. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
