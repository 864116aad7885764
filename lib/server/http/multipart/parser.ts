import { Problem } from '@/lib/shared/problems/problem'
import { tooLarge } from '../body'
import { type FormPart, isUnfilled, type PartHead, parseHead } from './part'

export interface FormLimits {
  /** Bytes per part. */
  partBytes: number
  /** Bytes of all parts. */
  bytes: number
  parts: number
  /** Makes the error for too many parts. */
  tooMany(): Problem
}

/** Maximum size of a part's headers in bytes: longer than any file name a disk takes, but not unlimited. */
const MAX_HEADER_BYTES = 65_536
/** Spaces and tabs allowed after a boundary (RFC 2046, 5.1.1). */
const MAX_PADDING = 100
const HEADERS_END = '\r\n\r\n'
const EMPTY = Buffer.alloc(0)
/** The start of the body counts as the start of a line. */
const START = Buffer.from('\n')

/**
 * Incremental parser of multipart/form-data (RFC 7578). Existing parsers assume that file names are UTF-8 and corrupt
 * or reject others; here headers stay bytes until `readDisposition` decodes them.
 *
 * @throws Problem `no_file` if the form is malformed, `too_large`, and the errors of the limits
 */
export class MultipartParser {
  private readonly opening: Buffer
  private readonly delimiter: Buffer
  private state: 'preamble' | 'head' | 'body' | 'done' = 'preamble'
  /** Bytes that may be the start of a boundary. */
  private carry: Buffer = START
  private head: PartHead = { name: undefined, filename: undefined, isFile: false }
  private content: Buffer[] = []
  private length = 0
  private total = 0
  private parts = 0

  /** @throws Problem if the Content-Type has no boundary */
  constructor(
    contentType: string,
    private readonly limits: FormLimits,
  ) {
    const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
    const boundary = quoted ?? bare
    if (boundary === undefined)
      throw new Problem(
        'no_file',
        'The Content-Type has no boundary. Let your HTTP client set the Content-Type of the form.',
      )
    // The preamble may have other line endings.
    this.opening = Buffer.from(`\n--${boundary}`, 'latin1')
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** Bytes in memory of the part that is still arriving. */
  get held(): number {
    return this.length + this.carry.length
  }

  /** Yields the parts that end in this chunk. */
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
        // The epilogue is ignored, but it counts towards the limit.
        this.count(data.length)
        data = null
      }
    }
  }

  /**
   * Yields the part that ends with the body if the last boundary is missing, as small devices omit it. A partial
   * boundary at the end isn't part of the content. A part without complete headers is dropped.
   *
   * @throws Problem if there was no boundary at all, or the content contained one
   */
  *finish(): Generator<FormPart> {
    if (this.state === 'preamble') throw malformedForm('it doesn’t contain the boundary that its Content-Type names')
    if (this.state === 'head') requireBoundary(this.carry.toString('latin1').split('\r\n')[0] ?? '')
    if (this.state !== 'body') return
    this.append(beforeBoundary(this.carry, this.delimiter))
    this.carry = EMPTY
    yield* this.part()
  }

  /** Skips the preamble. A line that only starts like the boundary isn't one: `--xy` for the boundary `--x`. */
  private skip(data: Buffer): Buffer | null {
    for (let at = data.indexOf(this.opening); at >= 0; at = data.indexOf(this.opening, at + 1)) {
      const behind = data.subarray(at + this.opening.length)
      const line = behind.toString('latin1', 0, MAX_PADDING + 2)
      if (/^(--|[ \t]*\r\n)/.test(line)) {
        this.state = 'head'
        return behind
      }
      if (behind.length < MAX_PADDING && /^(-?|[ \t]+\r?|\r)$/.test(line)) {
        this.carry = Buffer.from(data.subarray(at))
        return null
      }
    }
    this.count(this.keepTail(data, this.opening).length)
    return null
  }

  /** Parses the rest of a boundary's line and the headers up to an empty line. */
  private readHead(data: Buffer): Buffer | null {
    if (data.toString('latin1', 0, 2) === '--') {
      this.state = 'done'
      return data.subarray(2)
    }
    const end = data.indexOf(HEADERS_END)
    if ((end < 0 ? data.length : end) > MAX_HEADER_BYTES)
      throw malformedForm(`the headers of a part are longer than ${MAX_HEADER_BYTES} bytes`)
    if (end < 0) {
      this.carry = data
      return null
    }
    const [rest = '', ...lines] = data.toString('latin1', 0, end).split('\r\n')
    requireBoundary(rest)
    this.head = parseHead(lines)
    this.state = 'body'
    return data.subarray(end + HEADERS_END.length)
  }

  /** A boundary ends a part as soon as it arrives, whatever follows, so that slow clients see progress. */
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

  /** Keeps the end that may be the start of a delimiter; returns what precedes it. */
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

/** @param rest of the line after a boundary; may be the `-` of a truncated final boundary */
function requireBoundary(rest: string): void {
  if (!/^(-|\s*)$/.test(rest)) throw malformedForm('a boundary is followed by other characters')
}

/** The end of a body without a partial boundary. */
function beforeBoundary(end: Buffer, delimiter: Buffer): Buffer {
  for (let at = 0; at < end.length; at++) {
    if (end.subarray(at).equals(delimiter.subarray(0, end.length - at))) return end.subarray(0, at)
  }
  return end
}

function malformedForm(why: string): Problem {
  return new Problem('no_file', `The form is malformed: ${why}.`)
}
