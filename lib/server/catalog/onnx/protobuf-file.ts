import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * A field of a protobuf message. For a length-delimited field, `from` and `to` are the position of its content in the
 * file.
 */
export interface Field {
  number: number
  /** Value of a varint; 0 for other types. */
  value: number
  from: number
  to: number
}

/** A truncated file, or one that is not a protobuf message. */
export class ProtobufError extends Error {
  constructor(readonly kind: 'cut off' | 'malformed') {
    super(kind)
  }
}

const WINDOW_BYTES = 1 << 13
const DECODER = new TextDecoder()
/** Maximum bytes of a varint. */
const VARINT_BYTES = 10
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5]

/**
 * Walks a protobuf message in a file and reads only what is requested: the weights, most of a model, are skipped.
 * The caller closes it.
 */
export class ProtobufFile {
  readonly size: number
  private readonly descriptor: number
  private window: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  private start = 0

  constructor(path: string) {
    this.descriptor = openSync(path, 'r')
    this.size = fstatSync(this.descriptor).size
  }

  close(): void {
    closeSync(this.descriptor)
  }

  /**
   * The fields of the message in this range.
   *
   * @throws ProtobufError
   */
  *fields(from: number, to: number): Generator<Field> {
    for (let at = from; at < to; ) {
      const [key, content] = this.varint(at, to)
      const [number, wire] = [Math.floor(key / 8), key % 8]
      const field = this.field(number, wire, content, to)
      yield field
      at = field.to
    }
  }

  /** A copy of the bytes in this range. */
  bytes(from: number, to: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(to - from)
    const got = readSync(this.descriptor, out, 0, out.length, from)
    if (got < out.length) throw new ProtobufError('cut off')
    return out
  }

  text({ from, to }: Field): string {
    if (to - from > WINDOW_BYTES) return DECODER.decode(this.bytes(from, to))
    if (from < this.start || to > this.start + this.window.length) this.readWindow(from)
    if (to > this.start + this.window.length) throw new ProtobufError('cut off')
    return DECODER.decode(this.window.subarray(from - this.start, to - this.start))
  }

  /** The varints in this range: the content of a packed field, or a single value. */
  varints({ from, to }: Pick<Field, 'from' | 'to'>): number[] {
    const values: number[] = []
    for (let at = from; at < to; ) {
      const [value, next] = this.varint(at, to)
      values.push(value)
      at = next
    }
    return values
  }

  private field(number: number, wire: number, from: number, end: number): Field {
    if (number === 0) throw new ProtobufError('malformed')
    if (wire === VARINT) {
      const [value, to] = this.varint(from, end)
      return { number, value, from, to }
    }
    if (wire === FIXED64 || wire === FIXED32)
      return this.within({ number, value: 0, from, to: from + (wire === FIXED64 ? 8 : 4) }, end)
    if (wire !== LENGTH) throw new ProtobufError('malformed')
    const [length, content] = this.varint(from, end)
    return this.within({ number, value: 0, from: content, to: content + length }, end)
  }

  private within(field: Field, end: number): Field {
    if (field.to > end) throw new ProtobufError(end === this.size ? 'cut off' : 'malformed')
    return field
  }

  /** The value, and where the next field starts. Values beyond 2^53 lose precision, but no length is that large. */
  private varint(from: number, end: number): [value: number, next: number] {
    let value = 0
    for (let i = 0; i < VARINT_BYTES; i++) {
      if (from + i >= end) throw new ProtobufError(end === this.size ? 'cut off' : 'malformed')
      const byte = this.byte(from + i)
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return [value, from + i + 1]
    }
    throw new ProtobufError('malformed')
  }

  private byte(at: number): number {
    if (at < this.start || at >= this.start + this.window.length) this.readWindow(at)
    return this.window[at - this.start] ?? 0
  }

  private readWindow(at: number): void {
    this.window = this.bytes(at, Math.min(this.size, at + WINDOW_BYTES))
    this.start = at
  }
}
