import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { StorageError } from '../storage/storage-errors'
import { type ByteRange, CHUNK_BYTES, NEWLINE, parseLine, readLines } from './json-lines'

/** Files that are open at once over all logs; one more closes the one that was used longest ago. */
const MAX_OPEN_FILES = 32

/**
 * A file of JSON lines that only grows. A kill can cut its last line short, and a full disk any: what follows the last whole line is taken away
 * when it is opened, and what could not be written whole is taken back. Nothing of it stays in memory. It is begun once; when it is opened later it has to be
 * there as it was left: a file that has come instead of it is a fault, and is not written to.
 */
export class AppendLog {
  /** All that are open, the one that was used last at the end. */
  private static readonly openLogs = new Set<AppendLog>()
  private fd: number | null = null
  private writable = false
  private end = 0
  private closed = false
  private modifiedAt = 0

  private constructor(
    private path: string,
    /** Asked before each change. @throws where this process may not make it */
    private readonly guard: () => void,
  ) {}

  /** An empty one. @throws NodeJS.ErrnoException, also where there is one already */
  static create(path: string, guard = () => {}): AppendLog {
    const log = new AppendLog(path, guard)
    guard()
    log.keepDescriptor(openSync(path, 'wx+'), true)
    return log
  }

  /**
   * Opens one that is there, and rests it.
   *
   * @param line told of each line that is there, in order
   * @returns what it is opened by, a piece at each step
   * @throws NodeJS.ErrnoException, DamagedLine
   */
  static *openInSteps(
    path: string,
    line: (value: unknown, range: ByteRange) => void = () => {},
    guard = () => {},
  ): Generator<void, AppendLog> {
    const log = new AppendLog(path, guard)
    const stat = fstatSync(log.descriptor())
    log.modifiedAt = stat.mtimeMs
    log.end = stat.size
    let end = 0
    for (const { text, range } of readLines(() => log.descriptor(), 0, stat.size)) {
      line(parseLine(text, path), range)
      if (Math.floor(range.offset / CHUNK_BYTES) !== Math.floor(end / CHUNK_BYTES)) yield
      end = range.offset + range.length
    }
    log.end = end
    log.releaseFile()
    return log
  }

  /** Opens it, or begins it. */
  static open(path: string, line?: (value: unknown, range: ByteRange) => void): AppendLog {
    try {
      const opening = AppendLog.openInSteps(path, line)
      for (;;) {
        const { done, value } = opening.next()
        if (done) return value
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return AppendLog.create(path)
    }
  }

  /** Bytes of whole lines. */
  get size(): number {
    return this.end
  }

  /** When a line was added last (milliseconds since 1970). */
  get lastModified(): number {
    return this.modifiedAt
  }

  /**
   * Adds a line, whole or not at all.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC, StoreFault
   */
  append(value: unknown): ByteRange {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    const offset = this.end
    const fd = this.writableDescriptor()
    this.guard()
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, offset + written)
    }
    // Taken away while it was written to: nobody will find it there.
    if (fstatSync(fd).nlink === 0) throw this.staleFile()
    this.end += bytes.length
    this.modifiedAt = Date.now()
    return { offset: offset, length: bytes.length }
  }

  read<T>({ offset, length }: ByteRange): T {
    const buffer = Buffer.alloc(length)
    readSync(this.descriptor(), buffer, 0, length, offset)
    return JSON.parse(buffer.toString('utf8')) as T
  }

  /** Whether a line begins there, or will. */
  isLineStart(at: number): boolean {
    if (at === 0) return true
    if (!Number.isSafeInteger(at) || at < 0 || at > this.end) return false
    const before = Buffer.alloc(1)
    return readSync(this.descriptor(), before, 0, 1, at - 1) === 1 && before[0] === NEWLINE
  }

  /** The lines from a place on, as they stand now. */
  *from<T>(start: number): Generator<{ value: T; next: number }> {
    for (const { text, range } of readLines(() => this.descriptor(), start, this.end)) {
      yield { value: JSON.parse(text) as T, next: range.offset + range.length }
    }
  }

  /** Closes the file until it is needed again: a process may have many logs and few open files. */
  releaseFile(): void {
    const { fd } = this
    this.fd = null
    AppendLog.openLogs.delete(this)
    if (fd !== null) closeSync(fd)
  }

  /** For good: what is asked of it later fails. */
  close(): void {
    this.closed = true
    this.releaseFile()
  }

  /** Its folder has another name now. */
  setPath(path: string): void {
    this.path = path
  }

  /** The open file. @throws NodeJS.ErrnoException, StoreFault where it is not what it was */
  descriptor(): number {
    if (this.closed) throw new Error(`${this.path} is closed`)
    const { fd } = this
    if (fd === null) return this.reopen()
    AppendLog.openLogs.delete(this)
    AppendLog.openLogs.add(this)
    return fd
  }

  private writableDescriptor(): number {
    if (!this.writable) this.releaseFile()
    const fd = this.descriptor()
    // One that was open only to be read says here why it cannot be written.
    if (!this.writable) throw new StorageError('EROFS', `${this.path} cannot be written`)
    const { nlink, size } = fstatSync(fd)
    if (nlink === 0 || size < this.end) {
      // Somebody has put another file in its place, or taken it away: what is written here nobody would find.
      throw this.staleFile()
    }
    // What an earlier attempt has left of a line.
    if (size > this.end) {
      this.guard()
      ftruncateSync(fd, this.end)
    }
    return fd
  }

  private reopen(): number {
    const writable = openUnlessReadOnly(this.path, 'r+')
    const fd = writable ?? openSync(this.path, 'r')
    if (fstatSync(fd).size < this.end) {
      closeSync(fd)
      throw this.staleFile()
    }
    return this.keepDescriptor(fd, writable !== null)
  }

  private staleFile(): StorageError {
    this.releaseFile()
    return new StorageError('ESTALE', `${this.path} is not the file that it was`)
  }

  private keepDescriptor(fd: number, writable: boolean): number {
    this.fd = fd
    this.writable = writable
    AppendLog.openLogs.add(this)
    const [oldest] = AppendLog.openLogs
    if (AppendLog.openLogs.size > MAX_OPEN_FILES) oldest?.releaseFile()
    return fd
  }
}

/** Null where it may be read only. */
function openUnlessReadOnly(path: string, flags: string): number | null {
  try {
    return openSync(path, flags)
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
