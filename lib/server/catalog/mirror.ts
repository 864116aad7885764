import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { locationOf } from '../storage/location'
import type { ObjectStore } from '../storage/object-store'
import { CHECKSUMS, parseChecksums } from './checksums'

const CHECKSUMS_BYTES = 2_000_000
/** Of one file: it passes through memory. */
const FILE_BYTES = 1_000_000_000
const FILES_AT_ONCE = 4

/** The bucket has no whole set. Its message is for the operator. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError'

  constructor(
    message: string,
    /** Whether a set that is on its way looks like this for a moment. */
    readonly mayPass: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * A copy of a bucket's models in a folder of this machine. Every file is checked against the set's `SHA256SUMS`, and a new set stands beside the
 * old one until it is whole.
 */
export class ModelMirror {
  private sums: string | null = null
  private readonly sets: string[] = []
  /** How many sets there were: each has a folder of its own, also one that comes again. */
  private fetched = 0

  /**
   * @param store the bucket
   * @param prefix where the set lies, with a slash at its end or empty
   * @param folder of this machine; the mirror's own, to be removed by who made it
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
    private readonly folder: string,
  ) {}

  /** The folder of the latest set. */
  get path(): string {
    const path = this.sets.at(-1)
    if (path === undefined) throw new Error('no models were fetched yet')
    return path
  }

  /**
   * Fetches what the bucket has now. Whether that is another set than before.
   *
   * @throws MirrorError where the set is not whole; Problem `not_ready` where the bucket does not answer
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

  /** Removes the sets before the latest. Until then they stay: who serves from one may have to read it again. */
  async forgetOlder(): Promise<void> {
    for (const old of this.sets.splice(0, this.sets.length - 1)) await rm(old, { recursive: true, force: true })
  }

  private parse(sums: string): Map<string, string> {
    try {
      return parseChecksums(sums)
    } catch (error) {
      throw new MirrorError(`${this.name(CHECKSUMS)}: ${(error as Error).message}`, false, { cause: error })
    }
  }

  /** Ends when no fetch runs any more, also where one has failed: nobody writes into a folder that is taken away. */
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
      throw new MirrorError(`${this.name(path)} is damaged: its SHA-256 is ${found}, ${CHECKSUMS} says ${digest}`, true)
    }
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }

  private async read(path: string, most: number, signal?: AbortSignal): Promise<Uint8Array> {
    const object = await this.store.get(`${this.prefix}${path}`, { maxBytes: most, signal })
    if (object === null) throw new MirrorError(`${this.name(path)} is not there`, path !== CHECKSUMS)
    return object.bytes
  }

  private name(path: string): string {
    return locationOf(this.store.name, `${this.prefix}${path}`)
  }
}
