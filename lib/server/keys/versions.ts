import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { RedisClient } from '../redis/connect'
import { Script } from '../redis/script'
import { storageProblem } from '../storage/storage-errors'

/**
 * A mark that changes with each change of a key. Every request reads it, so that a revoked key is refused on the next
 * request of any instance, while the keys themselves are read only after a change.
 */
export interface Versions {
  /**
   * The current mark, null if there was no change yet, and the time by the clock that all instances share (milliseconds
   * since 1970).
   *
   * @throws Error if it can't be read at the moment
   */
  read(): Promise<{ version: string | null; now: number }>
  /** Called after a change. @throws Error */
  bump(): Promise<void>
}

/**
 * In a file next to the keys, for processes of one machine. It is read synchronously, which takes microseconds: the
 * threads that read it otherwise need a third of a millisecond of CPU time. Its status is no mark: two changes within a
 * tick of the file system's clock may leave the same.
 */
export class FileVersions implements Versions {
  constructor(private readonly path: string) {}

  async read(): Promise<{ version: string | null; now: number }> {
    try {
      return { version: readFileSync(this.path, 'utf8'), now: Date.now() }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return { version: null, now: Date.now() }
    }
  }

  async bump(): Promise<void> {
    const version = randomUUID()
    const unfinished = `${this.path}.${version}.new`
    try {
      await mkdir(dirname(this.path), { recursive: true })
      await writeFile(unfinished, version)
      await rename(unfinished, this.path)
    } catch (error) {
      throw storageProblem(error)
    }
  }
}

const VERSION_KEY = 'vision:keys:version'
/** The mark, and the clock of Redis: those of the instances differ. */
const READ = new Script<[version: string | null, seconds: string, microseconds: string]>(`
local time = redis.call('TIME')
return {redis.call('GET', KEYS[1]), time[1], time[2]}
`)

/** In Redis, for instances that share a bucket. */
export class RedisVersions implements Versions {
  constructor(private readonly redis: RedisClient) {}

  async read(): Promise<{ version: string | null; now: number }> {
    const [version, seconds, microseconds] = await READ.run(this.redis, [VERSION_KEY])
    return { version: version || null, now: 1000 * Number(seconds) + Math.floor(Number(microseconds) / 1000) }
  }

  async bump(): Promise<void> {
    await this.redis.set(VERSION_KEY, randomUUID())
  }
}

/** None: the keys are looked at every few seconds. For a bucket without Redis. */
export const NO_VERSIONS: Versions = {
  read: async () => ({ version: null, now: Date.now() }),
  bump: async () => {},
}
