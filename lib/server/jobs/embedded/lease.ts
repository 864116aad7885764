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
import { StoreFault } from '../../storage/store-fault'

/** How often its holder is heard. */
export const BEAT_MS = 1000
/** A holder that was not heard for so long may be taken for gone. */
const EXPIRY_MS = 6000
/** A holder that has been heard so lately has it still; later it looks before it writes. */
const FRESH_MS = BEAT_MS
/** Every beat is of this length, so that each takes the place of the last. */
const BYTES = 512
const NAME = /^\d{8}$/
/** Code of the fault of whoever does not have it any more. */
export const LOST_CODE = 'ELEASE'

const holderSchema = z.object({
  ...identitySchema.shape,
  /** Of this lease: one process may have several, one after the other. */
  id: z.string(),
  beat: z.int(),
  released: z.boolean(),
})

/** How a lease came here: its holder had given it back or was gone for sure, or was not heard of and may come back. */
export type Taken = 'free' | 'expired'

/**
 * Who may write into a folder, among all processes that reach it, whatever their containers, hosts and clocks. It is one file in `lease/`, whose name is a number: whoever
 * takes it gives it the next number by a rename, of which only one can succeed, and the one before finds its own name gone. The holder writes a beat into it; others wait
 * until it says that it is given back, or says nothing new for a while by their own clock.
 */
export class Lease {
  private readonly identity = ownIdentity()
  private readonly id = randomUUID()
  private held: number | null = null
  private beats = 0
  private heardAt = 0
  private heardTime = 0
  private aheadMs = 0
  /** What another holder said last, and when that was new here. */
  private watched = { text: '', since: 0, news: 0 }

  /** @param lost told once where another has taken it */
  constructor(
    private readonly folder: string,
    private readonly lost: () => void,
  ) {}

  /** Takes it where it may be taken; null where another has it. @throws NodeJS.ErrnoException where the folder cannot be used */
  take(): Taken | null {
    mkdirSync(this.folder, { recursive: true })
    const current = this.newest()
    if (current === null) return this.make()
    const taken = this.look(current)
    if (!taken) return null
    if (!moved(this.path(current), this.path(current + 1))) return null
    return this.hold(current + 1) ? taken : null
  }

  /** Of this holding of it, and of no other. */
  get name(): string {
    return String(this.held ?? 0)
  }

  /** How far the clock of this machine is ahead of that of the disk (milliseconds), as of the last beat. */
  get ahead(): number {
    return this.aheadMs
  }

  get isHeld(): boolean {
    return this.held !== null
  }

  /** Whose it is, for the log. */
  get holder(): { host: string; pid: number } | null {
    const said = parsed(this.watched.text)
    return said && { host: said.host, pid: said.pid }
  }

  /** Whether its holder has said anything since it was looked at first: it lives. */
  get isHeard(): boolean {
    return this.watched.news > 1
  }

  /** Asked before each change in the folder. @throws StoreFault, NodeJS.ErrnoException where it is not sure that it is held here */
  readonly guard = (): void => {
    // Of two clocks one stands still while a machine sleeps.
    const age = Math.max(performance.now() - this.heardAt, Math.abs(Date.now() - this.heardTime))
    if (this.held === null || age > FRESH_MS) this.beat()
  }

  /** Says that it is held, and finds out whether it is. @throws as `guard` */
  beat(): void {
    if (this.held === null) throw lostFault()
    try {
      this.write(this.held, false)
    } catch (error) {
      if (!this.isTaken(this.held, error as NodeJS.ErrnoException)) throw error
      this.held = null
      this.lost()
      throw lostFault()
    }
    this.heardAt = performance.now()
    this.heardTime = Date.now()
  }

  /** Gives it back. @throws NodeJS.ErrnoException where that cannot be said: the others wait a little longer then */
  release(): void {
    const { held } = this
    this.held = null
    if (held !== null) this.write(held, true)
  }

  /** Gives it back and removes its folder, where nobody else has taken it by then. */
  clear(): void {
    const { held } = this
    this.release()
    if (held === null) return
    rmSync(this.path(held), { force: true })
    try {
      rmdirSync(this.folder)
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }

  private path(number: number): string {
    return join(this.folder, String(number).padStart(8, '0'))
  }

  private newest(): number | null {
    const numbers = readdirSync(this.folder).filter((name) => NAME.test(name))
    return numbers.length === 0 ? null : Math.max(...numbers.map(Number))
  }

  /** The first of a folder. */
  private make(): Taken | null {
    try {
      closeSync(openSync(this.path(1), 'wx'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
      throw error
    }
    if (this.newest() === 1) return this.hold(1) ? 'free' : null
    // Others have come and gone in between.
    rmSync(this.path(1), { force: true })
    return null
  }

  /** Whether a holder's word may be taken for its last. */
  private look(number: number): Taken | null {
    const text = `${number} ${readText(this.path(number))}`
    if (text !== this.watched.text) this.watched = { text, since: performance.now(), news: this.watched.news + 1 }
    const holder = parsed(text)
    if (holder && (holder.released || isGone(holder))) return 'free'
    return performance.now() - this.watched.since >= EXPIRY_MS ? 'expired' : null
  }

  private hold(number: number): boolean {
    this.held = number
    try {
      this.beat()
      return true
    } catch (error) {
      this.held = null
      if ((error as StoreFault).code === LOST_CODE) return false
      throw error
    }
  }

  /** @throws NodeJS.ErrnoException; ENOENT where its name is gone */
  private write(number: number, released: boolean): void {
    const said = { ...this.identity, id: this.id, beat: this.beats++, released }
    const file = openSync(this.path(number), 'r+')
    try {
      writeSync(file, Buffer.from(`${JSON.stringify(said).padEnd(BYTES - 1)}\n`), 0, BYTES, 0)
      this.aheadMs = Date.now() - fstatSync(file).mtimeMs
    } finally {
      closeSync(file)
    }
  }

  /** Whether its name is gone because another has taken it, and not because the whole folder is away. */
  private isTaken(number: number, { code }: NodeJS.ErrnoException): boolean {
    if (code !== 'ENOENT') return false
    try {
      const newest = this.newest()
      return newest === null || newest > number
    } catch {
      return false
    }
  }
}

function lostFault(): StoreFault {
  return new StoreFault(LOST_CODE, 'another server has the folder of the jobs')
}

/** Whether this rename has done it: of several only one can. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Empty where it has just been given another name. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Null for what is torn or not written yet. */
function parsed(text: string): z.output<typeof holderSchema> | null {
  try {
    return holderSchema.parse(JSON.parse(text.slice(text.indexOf(' '))))
  } catch {
    return null
  }
}
