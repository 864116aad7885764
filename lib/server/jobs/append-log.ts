import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { StorageError } from '../storage/storage-errors'
import { type ByteRange, CHUNK_BYTES, NEWLINE, parseLine, readLines } from './json-lines'

/** Files open at once over all logs. Opening one more closes the least recently used. */
const MAX_OPEN_FILES = 32

/**
 * An append-only file of JSON lines. A kill can cut its last line short, and a full disk any line: anything after the
 * last complete line is removed when the file is opened, and a partial write is undone. No content stays in memory. The
 * file is created once. When it is reopened, it must still be the same file: a different file in its place is an error,
 * and is not written to.
 */
export class AppendLog {
  /** Open logs, the most recently used last. */
  private static readonly openLogs = new Set<AppendLog>()
  private fd: number | null = null
  private writable = false
  private end = 0
  private closed = false
  private modifiedAt = 0

  private constructor(
    private path: string,
    /** Called before each change. @throws if this process may not write */
    private readonly guard: () => void,
  ) {}

  /** Creates an empty log. @throws NodeJS.ErrnoException, also if the file exists */
  static create(path: string, guard = () => {}): AppendLog {
    const log = new AppendLog(path, guard)
    guard()
    log.keepDescriptor(openSync(path, 'wx+'), true)
    return log
  }

  /**
   * Opens an existing log and closes its file again until it is needed.
   *
   * @param line called with each existing line, in order
   * @returns a generator that does one piece of the work per step
   * @throws NodeJS.ErrnoException, CorruptLineError
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

  /** Opens a log, or creates it if it doesn't exist. */
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

  /** Bytes of complete lines. */
  get size(): number {
    return this.end
  }

  /** When the last line was added (milliseconds since 1970). */
  get lastModified(): number {
    return this.modifiedAt
  }

  /** Appends a line, completely or not at all. @throws NodeJS.ErrnoException such as ENOSPC, StorageError */
  append(value: unknown): ByteRange {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    const offset = this.end
    const fd = this.writableDescriptor()
    this.guard()
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, offset + written)
    }
    // The file was deleted during the write, so no reader would find the line.
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

  /** Whether a line starts at this offset, or will. */
  isLineStart(at: number): boolean {
    if (at === 0) return true
    if (!Number.isSafeInteger(at) || at < 0 || at > this.end) return false
    const before = Buffer.alloc(1)
    return readSync(this.descriptor(), before, 0, 1, at - 1) === 1 && before[0] === NEWLINE
  }

  /** The lines from an offset to the current end. */
  *from<T>(start: number): Generator<{ value: T; next: number }> {
    for (const { text, range } of readLines(() => this.descriptor(), start, this.end)) {
      yield { value: JSON.parse(text) as T, next: range.offset + range.length }
    }
  }

  /** Closes the file until it is needed again: a process may have many logs but few open files. */
  releaseFile(): void {
    const { fd } = this
    this.fd = null
    AppendLog.openLogs.delete(this)
    if (fd !== null) closeSync(fd)
  }

  /** Closes the log for good; later calls fail. */
  close(): void {
    this.closed = true
    this.releaseFile()
  }

  /** The log's folder was renamed. */
  setPath(path: string): void {
    this.path = path
  }

  /** The open file. @throws NodeJS.ErrnoException, StorageError if it is no longer the same file */
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
    // If the file could only be opened for reading, report why it can't be written.
    if (!this.writable) throw new StorageError('EROFS', `${this.path} can’t be written`)
    const { nlink, size } = fstatSync(fd)
    if (nlink === 0 || size < this.end) {
      // The file was replaced or deleted, so no reader would find what is written here.
      throw this.staleFile()
    }
    // The rest of a line that an earlier attempt wrote in part.
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
    return new StorageError('ESTALE', `${this.path} is no longer the same file`)
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

/** Null if the file may only be read. */
function openUnlessReadOnly(path: string, flags: string): number | null {
  try {
    return openSync(path, flags)
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
