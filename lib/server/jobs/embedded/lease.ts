import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { identitySchema, isGone, ownIdentity } from '../../storage/process-identity'
import { StorageError } from '../../storage/storage-errors'

/** How often the holder writes a heartbeat. */
export const HEARTBEAT_MS = 1000
/** A holder without a heartbeat for this long counts as gone. */
const EXPIRY_MS = 6000
/** After a heartbeat, the holder may write for this long without checking the lease again. */
const VERIFIED_MS = HEARTBEAT_MS
/** Every heartbeat has this length, so that it overwrites the previous one. */
const RECORD_BYTES = 512
const NAME = /^\d{8}$/
/** Error code for a process that no longer holds the lease. */
export const LEASE_LOST_CODE = 'ELEASE'

const holderSchema = z.object({
  ...identitySchema.shape,
  /** Identifies this lease: a process may have several, one after another. */
  id: z.string(),
  beat: z.int(),
  released: z.boolean(),
})

/**
 * How the lease was acquired: it was released or its holder was certainly gone, or the holder's heartbeat expired and
 * it may come back.
 */
export type Acquisition = 'free' | 'expired'

/**
 * An exclusive lease on a folder, among all processes that reach it, in any container, on any host, with any clock. It
 * is one file in `lease/` whose name is a number, the generation. To acquire the lease, a process renames the file to
 * the next number; only one rename can succeed, and the previous holder finds its own file gone. The holder writes
 * heartbeats into the file. Others wait until it says that the lease is released, or doesn't change for a while by
 * their own clock.
 */
export class Lease {
  private readonly identity = ownIdentity()
  private readonly id = randomUUID()
  private generation: number | null = null
  private beats = 0
  private beatAt = 0
  private beatTime = 0
  private clockSkewMs = 0
  /** The last heartbeat of another holder, and when it changed as seen here. */
  private observed = { text: '', since: 0, news: 0 }

  /** @param onLost called once when another process has taken over */
  constructor(
    private readonly folder: string,
    private readonly onLost: () => void,
  ) {}

  /**
   * Acquires the lease if possible; null if another process holds it.
   *
   * @throws NodeJS.ErrnoException if the folder can't be used
   */
  acquire(): Acquisition | null {
    mkdirSync(this.folder, { recursive: true })
    const current = this.newestGeneration()
    if (current === null) return this.createFirst()
    const acquisition = this.checkHolder(current)
    if (!acquisition) return null
    if (!tryRename(this.path(current), this.path(current + 1))) return null
    return this.confirm(current + 1) ? acquisition : null
  }

  /** Unique to this acquisition. */
  get name(): string {
    return String(this.generation ?? 0)
  }

  /** How far this machine's clock was ahead of the disk's at the last heartbeat (milliseconds). */
  get clockSkew(): number {
    return this.clockSkewMs
  }

  get isHeld(): boolean {
    return this.generation !== null
  }

  /** The current holder, for the log. */
  get holder(): { host: string; pid: number } | null {
    const holder = parseHolder(this.observed.text)
    return holder && { host: holder.host, pid: holder.pid }
  }

  /** Whether the holder has written a heartbeat since it was first observed. */
  get holderIsAlive(): boolean {
    return this.observed.news > 1
  }

  /**
   * Called before each change in the folder.
   *
   * @throws StorageError, NodeJS.ErrnoException if this process may no longer hold the lease
   */
  readonly guard = (): void => {
    // While a machine sleeps, one of its two clocks stands still.
    const age = Math.max(performance.now() - this.beatAt, Math.abs(Date.now() - this.beatTime))
    if (this.generation === null || age > VERIFIED_MS) this.beat()
  }

  /** Writes a heartbeat, and finds out whether the lease is still held. @throws as `guard` */
  beat(): void {
    if (this.generation === null) throw leaseLost()
    try {
      this.write(this.generation, false)
    } catch (error) {
      if (!this.isTakenOver(this.generation, error as NodeJS.ErrnoException)) throw error
      this.generation = null
      this.onLost()
      throw leaseLost()
    }
    this.beatAt = performance.now()
    this.beatTime = Date.now()
  }

  /** Releases the lease. @throws NodeJS.ErrnoException if that can't be written: others then wait until it expires */
  release(): void {
    const { generation } = this
    this.generation = null
    if (generation !== null) this.write(generation, true)
  }

  /** Releases the lease and removes its folder, unless another process has acquired it by then. */
  releaseAndRemove(): void {
    const { generation } = this
    this.release()
    if (generation === null) return
    rmSync(this.path(generation), { force: true })
    try {
      rmdirSync(this.folder)
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }

  private path(generation: number): string {
    return join(this.folder, String(generation).padStart(8, '0'))
  }

  private newestGeneration(): number | null {
    const generations = readdirSync(this.folder).filter((name) => NAME.test(name))
    return generations.length === 0 ? null : Math.max(...generations.map(Number))
  }

  /** Creates the first generation. */
  private createFirst(): Acquisition | null {
    try {
      closeSync(openSync(this.path(1), 'wx'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
      throw error
    }
    if (this.newestGeneration() === 1) return this.confirm(1) ? 'free' : null
    // Others have come and gone in between.
    rmSync(this.path(1), { force: true })
    return null
  }

  /** Whether the holder has released the lease or is gone. */
  private checkHolder(generation: number): Acquisition | null {
    const text = `${generation} ${readIfExists(this.path(generation))}`
    if (text !== this.observed.text) this.observed = { text, since: performance.now(), news: this.observed.news + 1 }
    const holder = parseHolder(text)
    if (holder && (holder.released || isGone(holder))) return 'free'
    return performance.now() - this.observed.since >= EXPIRY_MS ? 'expired' : null
  }

  private confirm(generation: number): boolean {
    this.generation = generation
    try {
      this.beat()
      return true
    } catch (error) {
      this.generation = null
      if ((error as StorageError).code === LEASE_LOST_CODE) return false
      throw error
    }
  }

  /** @throws NodeJS.ErrnoException; ENOENT if the generation's file is gone */
  private write(generation: number, released: boolean): void {
    const record = { ...this.identity, id: this.id, beat: this.beats++, released }
    const file = openSync(this.path(generation), 'r+')
    try {
      writeSync(file, Buffer.from(`${JSON.stringify(record).padEnd(RECORD_BYTES - 1)}\n`), 0, RECORD_BYTES, 0)
      this.clockSkewMs = Date.now() - fstatSync(file).mtimeMs
    } finally {
      closeSync(file)
    }
  }

  /** Whether the file is gone because another process took over, rather than because the folder is unavailable. */
  private isTakenOver(generation: number, { code }: NodeJS.ErrnoException): boolean {
    if (code !== 'ENOENT') return false
    try {
      const newest = this.newestGeneration()
      return newest === null || newest > generation
    } catch {
      return false
    }
  }
}

function leaseLost(): StorageError {
  return new StorageError(LEASE_LOST_CODE, 'another server holds the lease of the jobs folder')
}

/** Renames a file. @returns false if another process did it first: only one can */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Empty if the file was just renamed. */
function readIfExists(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Null if the text is torn or not written yet. */
function parseHolder(text: string): z.output<typeof holderSchema> | null {
  try {
    return holderSchema.parse(JSON.parse(text.slice(text.indexOf(' '))))
  } catch {
    return null
  }
}
