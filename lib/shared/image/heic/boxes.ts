/** A box of an ISO base media file (ISO/IEC 14496-12): its type and the position of its content in the file. */
export interface Box {
  type: string
  start: number
  end: number
}

const SIZE_AND_TYPE = 8
/** If `size` is 1, the actual size follows the type, in eight bytes. */
const LONG_SIZE = 8

/** Reads numbers from a file. Values beyond its end are zero, so that loops over a truncated file end. */
export class Bytes {
  private readonly view: DataView

  constructor(image: Uint8Array) {
    this.view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  }

  get length(): number {
    return this.view.byteLength
  }

  /** An unsigned big-endian number of 1, 2, 4 or 8 bytes. */
  uint(at: number, bytes: number): number {
    if (at + bytes > this.length) return 0
    if (bytes === 1) return this.view.getUint8(at)
    if (bytes === 2) return this.view.getUint16(at)
    if (bytes === 4) return this.view.getUint32(at)
    return this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4)
  }

  /** A four-letter type code. */
  type(at: number): string {
    return String.fromCharCode(...[0, 1, 2, 3].map((letter) => this.uint(at + letter, 1)))
  }
}

/** Iterates over consecutive boxes from `start`. A box that claims to be larger than its parent ends with it. */
export function* boxes(bytes: Bytes, start: number, end: number): Generator<Box> {
  for (let at = start; at + SIZE_AND_TYPE <= end; ) {
    const short = bytes.uint(at, 4)
    const header = short === 1 ? SIZE_AND_TYPE + LONG_SIZE : SIZE_AND_TYPE
    const size = short === 1 ? bytes.uint(at + SIZE_AND_TYPE, LONG_SIZE) : short === 0 ? end - at : short
    if (size < header) return
    yield { type: bytes.type(at + 4), start: at + header, end: Math.min(end, at + size) }
    at += size
  }
}
