import { Problem } from '@/lib/shared/problems/problem'
import { tooLarge } from './body'
import { type Disposition, readDisposition } from './disposition'

/** A field of a form, or a file. */
export interface FormPart extends Disposition {
  isFile: boolean
  bytes: Uint8Array
}

export interface FormLimits {
  /** Bytes of a part. */
  partBytes: number
  /** Bytes of all parts together. */
  bytes: number
  parts: number
  /** What more parts are refused with. */
  tooMany(): Problem
}

/** Bytes of the head of a part: longer names than any disk takes are read, endless ones are not. */
const MOST_HEAD = 65_536
/** Blanks that may stand behind a boundary (RFC 2046, 5.1.1). */
const MOST_PADDING = 100
const HEAD_END = '\r\n\r\n'
const EMPTY = Buffer.alloc(0)
/** A form begins as a line does. */
const START = Buffer.from('\n')

/**
 * Reads a form (multipart/form-data, RFC 7578) piece by piece. The known parsers take the names of files for UTF-8, and break or spoil those that are not;
 * here a head is bytes until `readDisposition` reads it.
 *
 * @throws Problem `no_file` where it is no such form, `too_large`, and what the limits say
 */
export class FormParser {
  private readonly opening: Buffer
  private readonly delimiter: Buffer
  private state: 'preamble' | 'head' | 'body' | 'done' = 'preamble'
  /** What cannot be told from the beginning of a boundary yet. */
  private carry: Buffer = START
  private head: Omit<FormPart, 'bytes'> = { name: undefined, filename: undefined, isFile: false }
  private content: Buffer[] = []
  private length = 0
  private total = 0
  private parts = 0

  /** @throws Problem where the Content-Type names no boundary */
  constructor(
    contentType: string,
    private readonly limits: FormLimits,
  ) {
    const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
    const boundary = quoted ?? bare
    if (boundary === undefined) throw new Problem('no_file', 'The Content-Type of the form has no boundary.')
    // What stands before the first part may have other line ends.
    this.opening = Buffer.from(`\n--${boundary}`, 'latin1')
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** Bytes in memory of the part that is still coming. */
  get held(): number {
    return this.length + this.carry.length
  }

  /** The parts that end in this piece. */
  *write(chunk: Uint8Array): Generator<FormPart> {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let data: Buffer | null = this.carry.length > 0 ? Buffer.concat([this.carry, piece]) : piece
    this.carry = EMPTY
    while (data) {
      if (this.state === 'preamble') data = this.skip(data)
      else if (this.state === 'head') data = this.readHead(data)
      else if (this.state === 'body') {
        data = this.readBody(data)
        if (data) yield* this.part()
      } else {
        // What follows the end is nothing of the form, but not without end either.
        this.count(data.length)
        data = null
      }
    }
  }

  /**
   * The part that ends with the body, where the last boundary is missing: small devices leave it away. What has come of a boundary is none of its contents, and
   * a part without its whole head is none.
   *
   * @throws Problem where there was no boundary at all, or contents had one in them
   */
  *finish(): Generator<FormPart> {
    if (this.state === 'preamble') throw unreadable('it has no boundary')
    if (this.state === 'head') requireBoundary(this.carry.toString('latin1').split('\r\n')[0] ?? '')
    if (this.state !== 'body') return
    this.append(beforeBoundary(this.carry, this.delimiter))
    this.carry = EMPTY
    yield* this.part()
  }

  /** A line before the first part that only begins like a boundary is none: `--x` in `--xy`. */
  private skip(data: Buffer): Buffer | null {
    for (let at = data.indexOf(this.opening); at >= 0; at = data.indexOf(this.opening, at + 1)) {
      const behind = data.subarray(at + this.opening.length)
      const line = behind.toString('latin1', 0, MOST_PADDING + 2)
      if (/^(--|[ \t]*\r\n)/.test(line)) {
        this.state = 'head'
        return behind
      }
      if (behind.length < MOST_PADDING && /^(-?|[ \t]+\r?|\r)$/.test(line)) {
        this.carry = Buffer.from(data.subarray(at))
        return null
      }
    }
    this.count(this.keepTail(data, this.opening).length)
    return null
  }

  /** From behind a boundary on: the rest of its line, and the lines up to an empty one. */
  private readHead(data: Buffer): Buffer | null {
    if (data.toString('latin1', 0, 2) === '--') {
      this.state = 'done'
      return data.subarray(2)
    }
    const end = data.indexOf(HEAD_END)
    if ((end < 0 ? data.length : end) > MOST_HEAD)
      throw unreadable(`the head of a part is longer than ${MOST_HEAD} bytes`)
    if (end < 0) {
      this.carry = data
      return null
    }
    const [rest = '', ...lines] = data.toString('latin1', 0, end).split('\r\n')
    requireBoundary(rest)
    this.head = headOf(lines)
    this.state = 'body'
    return data.subarray(end + HEAD_END.length)
  }

  /** A boundary ends a part as soon as it has come, whatever follows: who sends slowly sees it taken in. */
  private readBody(data: Buffer): Buffer | null {
    const at = data.indexOf(this.delimiter)
    if (at < 0) {
      this.append(this.keepTail(data, this.delimiter))
      return null
    }
    this.append(data.subarray(0, at))
    this.state = 'head'
    return data.subarray(at + this.delimiter.length)
  }

  private *part(): Generator<FormPart> {
    if (++this.parts > this.limits.parts) throw this.limits.tooMany()
    const part = { ...this.head, bytes: Buffer.concat(this.content, this.length) }
    this.content = []
    this.length = 0
    if (!isUnfilled(part)) yield part
  }

  /** Keeps what may be the beginning of a mark; returns what is before it. */
  private keepTail(data: Buffer, mark: Buffer): Buffer {
    const at = Math.max(data.length - mark.length + 1, 0)
    this.carry = Buffer.from(data.subarray(at))
    return data.subarray(0, at)
  }

  private append(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.length += bytes.length
    if (this.length > this.limits.partBytes) throw tooLarge(this.limits.partBytes)
    this.count(bytes.length)
    this.content.push(bytes)
  }

  private count(bytes: number): void {
    this.total += bytes
    if (this.total > this.limits.bytes) throw tooLarge(this.limits.bytes)
  }
}

/** @param rest of the line behind a boundary; it may be the `-` of one that is cut */
function requireBoundary(rest: string): void {
  if (!/^(-|\s*)$/.test(rest)) throw unreadable('there is something behind a boundary')
}

/** The end of a body without the beginning of a boundary. */
function beforeBoundary(end: Buffer, delimiter: Buffer): Buffer {
  for (let at = 0; at < end.length; at++) {
    if (end.subarray(at).equals(delimiter.subarray(0, end.length - at))) return end.subarray(0, at)
  }
  return end
}

/** Browsers send an input for files that nobody filled in as a file without a name and without bytes. */
function isUnfilled({ filename, bytes }: FormPart): boolean {
  return filename === '' && bytes.byteLength === 0
}

function headOf(lines: readonly string[]): Omit<FormPart, 'bytes'> {
  const headerOf = (name: string) => {
    const line = lines.find((each) => each.slice(0, each.indexOf(':')).trim().toLowerCase() === name)
    return line?.slice(line.indexOf(':') + 1).trim() ?? ''
  }
  const disposition = readDisposition(headerOf('content-disposition'))
  const binary = /^application\/octet-stream\b/i.test(headerOf('content-type'))
  return { ...disposition, isFile: disposition.filename !== undefined || binary }
}

function unreadable(why: string): Problem {
  return new Problem('no_file', `The form cannot be read: ${why}.`)
}
