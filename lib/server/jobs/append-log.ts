import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { StoreFault } from '../storage/store-fault'

const CHUNK = 1 << 16
const NEWLINE = 10
/** Files that are open at once over all logs; one more closes the one that was used longest ago. */
const MOST_OPEN = 32

/** Where a line stands. */
export interface Place {
  at: number
  length: number
}

/** A line that is whole and means nothing: the file was damaged. */
export class DamagedLine extends Error {
  override readonly name = 'DamagedLine'
}

/**
 * A file of JSON lines that only grows. A kill can cut its last line short, and a full disk any: what follows the last whole line is taken away
 * when it is opened, and what could not be written whole is taken back. Nothing of it stays in memory. It is begun once; when it is opened later it has to be
 * there as it was left: a file that has come instead of it is a fault, and is not written to.
 */
export class AppendLog {
  /** All that are open, the one that was used last at the end. */
  private static readonly opened = new Set<AppendLog>()
  private fd: number | null = null
  private writable = false
  private end = 0
  private closed = false
  private changed = 0

  private constructor(
    private path: string,
    /** Asked before each change. @throws where this process may not make it */
    private readonly guard: () => void,
  ) {}

  /** An empty one. @throws NodeJS.ErrnoException, also where there is one already */
  static begin(path: string, guard = () => {}): AppendLog {
    const log = new AppendLog(path, guard)
    guard()
    log.keep(openSync(path, 'wx+'), true)
    return log
  }

  /**
   * Opens one that is there, and rests it.
   *
   * @param line told of each line that is there, in order
   * @returns what it is opened by, a piece at each step
   * @throws NodeJS.ErrnoException, DamagedLine
   */
  static *opening(
    path: string,
    line: (value: unknown, place: Place) => void = () => {},
    guard = () => {},
  ): Generator<void, AppendLog> {
    const log = new AppendLog(path, guard)
    const stat = fstatSync(log.file())
    log.changed = stat.mtimeMs
    log.end = stat.size
    let end = 0
    for (const { text, place } of log.lines(0, stat.size)) {
      line(parsed(text, path), place)
      if (Math.floor(place.at / CHUNK) !== Math.floor(end / CHUNK)) yield
      end = place.at + place.length
    }
    log.end = end
    log.rest()
    return log
  }

  /** Opens it, or begins it. */
  static open(path: string, line?: (value: unknown, place: Place) => void): AppendLog {
    try {
      const opening = AppendLog.opening(path, line)
      for (;;) {
        const { done, value } = opening.next()
        if (done) return value
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return AppendLog.begin(path)
    }
  }

  /** Bytes of whole lines. */
  get size(): number {
    return this.end
  }

  /** When a line was added last (milliseconds since 1970). */
  get changedAt(): number {
    return this.changed
  }

  /**
   * Adds a line, whole or not at all.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC, StoreFault
   */
  append(value: unknown): Place {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    const at = this.end
    const fd = this.fileToWrite()
    this.guard()
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, at + written)
    }
    // Taken away while it was written to: nobody will find it there.
    if (fstatSync(fd).nlink === 0) throw this.stale()
    this.end += bytes.length
    this.changed = Date.now()
    return { at, length: bytes.length }
  }

  read<T>({ at, length }: Place): T {
    const buffer = Buffer.alloc(length)
    readSync(this.file(), buffer, 0, length, at)
    return JSON.parse(buffer.toString('utf8')) as T
  }

  /** Whether a line begins there, or will. */
  isStart(at: number): boolean {
    if (at === 0) return true
    if (!Number.isSafeInteger(at) || at < 0 || at > this.end) return false
    const before = Buffer.alloc(1)
    return readSync(this.file(), before, 0, 1, at - 1) === 1 && before[0] === NEWLINE
  }

  /** The lines from a place on, as they stand now. */
  *from<T>(start: number): Generator<{ value: T; next: number }> {
    for (const { text, place } of this.lines(start, this.end)) {
      yield { value: JSON.parse(text) as T, next: place.at + place.length }
    }
  }

  /** Closes the file until it is needed again: a process may have many logs and few open files. */
  rest(): void {
    const { fd } = this
    this.fd = null
    AppendLog.opened.delete(this)
    if (fd !== null) closeSync(fd)
  }

  /** For good: what is asked of it later fails. */
  close(): void {
    this.closed = true
    this.rest()
  }

  /** Its folder has another name now. */
  moved(path: string): void {
    this.path = path
  }

  /** The open file. @throws NodeJS.ErrnoException, StoreFault where it is not what it was */
  file(): number {
    if (this.closed) throw new Error(`${this.path} is closed`)
    const { fd } = this
    if (fd === null) return this.reopen()
    AppendLog.opened.delete(this)
    AppendLog.opened.add(this)
    return fd
  }

  private fileToWrite(): number {
    if (!this.writable) this.rest()
    const fd = this.file()
    // One that was open only to be read says here why it cannot be written.
    if (!this.writable) throw new StoreFault('EROFS', `${this.path} cannot be written`)
    const { nlink, size } = fstatSync(fd)
    if (nlink === 0 || size < this.end) {
      // Somebody has put another file in its place, or taken it away: what is written here nobody would find.
      throw this.stale()
    }
    // What an earlier attempt has left of a line.
    if (size > this.end) {
      this.guard()
      ftruncateSync(fd, this.end)
    }
    return fd
  }

  private reopen(): number {
    const writable = openedBy(this.path, 'r+')
    const fd = writable ?? openSync(this.path, 'r')
    if (fstatSync(fd).size < this.end) {
      closeSync(fd)
      throw this.stale()
    }
    return this.keep(fd, writable !== null)
  }

  private stale(): StoreFault {
    this.rest()
    return new StoreFault('ESTALE', `${this.path} is not the file that it was`)
  }

  private keep(fd: number, writable: boolean): number {
    this.fd = fd
    this.writable = writable
    AppendLog.opened.add(this)
    const [oldest] = AppendLog.opened
    if (AppendLog.opened.size > MOST_OPEN) oldest?.rest()
    return fd
  }

  /** Whole lines between two places. */
  private *lines(start: number, end: number): Generator<{ text: string; place: Place }> {
    let rest: Buffer = Buffer.alloc(0)
    let lineStart = start
    for (let at = start; at < end; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK, end - at))
      const length = readSync(this.file(), chunk, 0, chunk.length, at)
      if (length === 0) return
      at += length
      rest = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, length)]) : chunk.subarray(0, length)
      let from = 0
      for (let newline = rest.indexOf(NEWLINE); newline >= 0; newline = rest.indexOf(NEWLINE, from)) {
        const place = { at: lineStart, length: newline + 1 - from }
        yield { text: rest.subarray(from, newline).toString('utf8'), place }
        lineStart += place.length
        from = newline + 1
      }
      rest = rest.subarray(from)
    }
  }
}

/** Null where it may be read only. */
function openedBy(path: string, flags: string): number | null {
  try {
    return openSync(path, flags)
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DamagedLine(`${path} has a line that is no JSON`, { cause })
  }
}
