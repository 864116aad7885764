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
import { z } from 'zod'
import { identitySchema, isGone, ownIdentity } from '../../storage/process-identity'
import { StorageError } from '../../storage/storage-errors'

/** How often its holder is heard. */
export const HEARTBEAT_MS = 1000
/** A holder that was not heard for so long may be taken for gone. */
const EXPIRY_MS = 6000
/** A holder that has been heard so lately has it still; later it looks before it writes. */
const VERIFIED_MS = HEARTBEAT_MS
/** Every beat is of this length, so that each takes the place of the last. */
const RECORD_BYTES = 512
const NAME = /^\d{8}$/
/** Code of the fault of whoever does not have it any more. */
export const LEASE_LOST_CODE = 'ELEASE'

const holderSchema = z.object({
  ...identitySchema.shape,
  /** Of this lease: one process may have several, one after the other. */
  id: z.string(),
  beat: z.int(),
  released: z.boolean(),
})

/** How a lease came here: its holder had given it back or was gone for sure, or was not heard of and may come back. */
export type Acquisition = 'free' | 'expired'

/**
 * Who may write into a folder, among all processes that reach it, whatever their containers, hosts and clocks. It is one file in `lease/`, whose name is a number: whoever
 * takes it gives it the next number by a rename, of which only one can succeed, and the one before finds its own name gone. The holder writes a beat into it; others wait
 * until it says that it is given back, or says nothing new for a while by their own clock.
 */
export class Lease {
  private readonly identity = ownIdentity()
  private readonly id = randomUUID()
  private generation: number | null = null
  private beats = 0
  private beatAt = 0
  private beatTime = 0
  private clockSkewMs = 0
  /** What another holder said last, and when that was new here. */
  private observed = { text: '', since: 0, news: 0 }

  /** @param onLost told once where another has taken it */
  constructor(
    private readonly folder: string,
    private readonly onLost: () => void,
  ) {}

  /** Takes it where it may be taken; null where another has it. @throws NodeJS.ErrnoException where the folder cannot be used */
  acquire(): Acquisition | null {
    mkdirSync(this.folder, { recursive: true })
    const current = this.newestGeneration()
    if (current === null) return this.createFirst()
    const acquisition = this.checkHolder(current)
    if (!acquisition) return null
    if (!tryRename(this.path(current), this.path(current + 1))) return null
    return this.confirm(current + 1) ? acquisition : null
  }

  /** Of this holding of it, and of no other. */
  get name(): string {
    return String(this.generation ?? 0)
  }

  /** How far the clock of this machine is ahead of that of the disk (milliseconds), as of the last beat. */
  get clockSkew(): number {
    return this.clockSkewMs
  }

  get isHeld(): boolean {
    return this.generation !== null
  }

  /** Whose it is, for the log. */
  get holder(): { host: string; pid: number } | null {
    const holder = parseHolder(this.observed.text)
    return holder && { host: holder.host, pid: holder.pid }
  }

  /** Whether its holder has said anything since it was looked at first: it lives. */
  get holderIsAlive(): boolean {
    return this.observed.news > 1
  }

  /** Asked before each change in the folder. @throws StoreFault, NodeJS.ErrnoException where it is not sure that it is held here */
  readonly guard = (): void => {
    // Of two clocks one stands still while a machine sleeps.
    const age = Math.max(performance.now() - this.beatAt, Math.abs(Date.now() - this.beatTime))
    if (this.generation === null || age > VERIFIED_MS) this.beat()
  }

  /** Says that it is held, and finds out whether it is. @throws as `guard` */
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

  /** Gives it back. @throws NodeJS.ErrnoException where that cannot be said: the others wait a little longer then */
  release(): void {
    const { generation } = this
    this.generation = null
    if (generation !== null) this.write(generation, true)
  }

  /** Gives it back and removes its folder, where nobody else has taken it by then. */
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

  /** The first of a folder. */
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

  /** Whether a holder's word may be taken for its last. */
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

  /** @throws NodeJS.ErrnoException; ENOENT where its name is gone */
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

  /** Whether its name is gone because another has taken it, and not because the whole folder is away. */
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
  return new StorageError(LEASE_LOST_CODE, 'another server has the folder of the jobs')
}

/** Whether this rename has done it: of several only one can. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Empty where it has just been given another name. */
function readIfExists(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Null for what is torn or not written yet. */
function parseHolder(text: string): z.output<typeof holderSchema> | null {
  try {
    return holderSchema.parse(JSON.parse(text.slice(text.indexOf(' '))))
  } catch {
    return null
  }
}
