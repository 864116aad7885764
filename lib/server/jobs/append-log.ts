import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

const CHUNK = 1 << 16
const NEWLINE = 10

/** Where a line stands. */
export interface Place {
  at: number
  length: number
}

/**
 * A file of JSON lines that only grows. A kill can cut its last line short, and a full disk any: what follows the last whole line is taken away
 * when it is opened, and what could not be written whole is taken back. Nothing of it stays in memory.
 */
export class AppendLog {
  private fd: number | null
  private end = 0
  private closed = false

  /**
   * Opens it, or begins it.
   *
   * @param line told of each line that is there already, in order
   */
  constructor(
    readonly path: string,
    line: (value: unknown, place: Place) => void = () => {},
  ) {
    this.fd = openSync(path, 'a+')
    this.load(line)
  }

  /** Bytes of whole lines. */
  get size(): number {
    return this.end
  }

  /**
   * Adds a line, whole or not at all.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC
   */
  append(value: unknown): Place {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    const at = this.end
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written)
    } catch (error) {
      ftruncateSync(this.file, at)
      throw error
    }
    this.end += bytes.length
    return { at, length: bytes.length }
  }

  read<T>({ at, length }: Place): T {
    const buffer = Buffer.alloc(length)
    readSync(this.file, buffer, 0, length, at)
    return JSON.parse(buffer.toString('utf8')) as T
  }

  /** Whether a line begins there, or will. */
  isStart(at: number): boolean {
    if (at === 0) return true
    if (!Number.isSafeInteger(at) || at < 0 || at > this.end) return false
    const before = Buffer.alloc(1)
    return readSync(this.file, before, 0, 1, at - 1) === 1 && before[0] === NEWLINE
  }

  /** The lines from a place on, as they stand now. */
  *from<T>(start: number): Generator<{ value: T; next: number }> {
    for (const { text, place } of this.lines(start, this.end)) {
      yield { value: JSON.parse(text) as T, next: place.at + place.length }
    }
  }

  /** Closes the file until it is needed again: a process may have many logs and few open files. */
  rest(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
  }

  /** For good: what is asked of it later fails. */
  close(): void {
    this.rest()
    this.closed = true
  }

  private get file(): number {
    if (this.closed) throw new Error(`${this.path} is closed`)
    this.fd ??= openSync(this.path, 'a+')
    return this.fd
  }

  private load(line: (value: unknown, place: Place) => void): void {
    for (const { text, place } of this.lines(0, fstatSync(this.file).size)) {
      line(JSON.parse(text), place)
      this.end = place.at + place.length
    }
    ftruncateSync(this.file, this.end)
  }

  /** Whole lines between two places. */
  private *lines(start: number, end: number): Generator<{ text: string; place: Place }> {
    let rest: Buffer = Buffer.alloc(0)
    let lineStart = start
    for (let at = start; at < end; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK, end - at))
      const length = readSync(this.file, chunk, 0, chunk.length, at)
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
