import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { locationOf } from '../storage/location'
import type { ObjectStore } from '../storage/object-store'
import { CHECKSUMS, parseChecksums } from './checksums'

const CHECKSUMS_BYTES = 2_000_000
/** Maximum size of a file, which is held in memory. */
const FILE_BYTES = 1_000_000_000
const FILES_AT_ONCE = 4

/** The bucket has no complete model set. The message is for the operator. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError'

  constructor(
    message: string,
    /** Whether this can be a temporary state while a set is being uploaded. */
    readonly isTransient: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * A copy of a bucket's models in a local folder. Every file is checked against the set's `SHA256SUMS`, and a new set is
 * kept next to the old one until it is complete.
 */
export class ModelMirror {
  private sums: string | null = null
  private readonly sets: string[] = []
  /** Number of sets so far: each gets its own folder, even if its content returns. */
  private fetched = 0

  /**
   * @param store the bucket
   * @param prefix prefix of the set, ending with a slash or empty
   * @param folder local folder, owned by the mirror and removed by its creator
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
    private readonly folder: string,
  ) {}

  /** The folder of the latest set. */
  get path(): string {
    const path = this.sets.at(-1)
    if (path === undefined) throw new Error('no models have been fetched yet')
    return path
  }

  /**
   * Fetches the current set of the bucket. Returns whether it differs from the previous one.
   *
   * @throws MirrorError if the set is incomplete; Problem `not_ready` if the bucket does not respond
   */
  async refresh(signal?: AbortSignal): Promise<boolean> {
    const sums = new TextDecoder().decode(await this.read(CHECKSUMS, CHECKSUMS_BYTES, signal))
    if (sums === this.sums) return false
    const files = this.parse(sums)
    const path = join(this.folder, String(this.fetched))
    await rm(`${path}.partial`, { recursive: true, force: true })
    await this.fetchAll(`${path}.partial`, [...files], signal)
    await rename(`${path}.partial`, path)
    this.fetched++
    this.sets.push(path)
    this.sums = sums
    return true
  }

  /**
   * Removes all sets before the latest. They are kept until then, because models served from one may have to be read
   * again.
   */
  async removeOlder(): Promise<void> {
    for (const old of this.sets.splice(0, this.sets.length - 1)) await rm(old, { recursive: true, force: true })
  }

  private parse(sums: string): Map<string, string> {
    try {
      return parseChecksums(sums)
    } catch (error) {
      throw new MirrorError(`${this.name(CHECKSUMS)}: ${(error as Error).message}`, false, { cause: error })
    }
  }

  /**
   * Waits until no fetch is running, even if one has failed, so that nothing is written to a folder that is being
   * removed.
   */
  private async fetchAll(folder: string, queue: [string, string][], signal?: AbortSignal): Promise<void> {
    const lane = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        await this.fetch(folder, next, signal).catch((error) => {
          queue.length = 0
          throw error
        })
      }
    }
    const lanes = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, lane))
    const failed = lanes.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
  }

  private async fetch(folder: string, [path, digest]: [string, string], signal?: AbortSignal): Promise<void> {
    const bytes = await this.read(path, FILE_BYTES, signal)
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== digest) {
      throw new MirrorError(
        `${this.name(path)} is damaged: its SHA-256 is ${found}, but ${CHECKSUMS} expects ${digest}`,
        true,
      )
    }
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }

  private async read(path: string, most: number, signal?: AbortSignal): Promise<Uint8Array> {
    const object = await this.store.get(`${this.prefix}${path}`, { maxBytes: most, signal })
    if (object === null) throw new MirrorError(`${this.name(path)} is missing`, path !== CHECKSUMS)
    return object.bytes
  }

  private name(path: string): string {
    return locationOf(this.store.name, `${this.prefix}${path}`)
  }
}
