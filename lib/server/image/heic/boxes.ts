/** A box of an ISO base media file (ISO/IEC 14496-12): its type, and where its content lies in the file. */
export interface Box {
  type: string
  start: number
  end: number
}

const SIZE_AND_TYPE = 8
/** `size` 1: the size stands behind the type, in eight bytes. */
const LONG_SIZE = 8

/** The numbers of a file; what lies beyond its end is zero, so that a cut file ends every loop over it. */
export class Bytes {
  private readonly view: DataView

  constructor(image: Uint8Array) {
    this.view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  }

  get length(): number {
    return this.view.byteLength
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes, the highest first. */
  uint(at: number, bytes: number): number {
    if (at + bytes > this.length) return 0
    if (bytes === 1) return this.view.getUint8(at)
    if (bytes === 2) return this.view.getUint16(at)
    if (bytes === 4) return this.view.getUint32(at)
    return this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4)
  }

  /** Four letters. */
  type(at: number): string {
    return String.fromCharCode(...[0, 1, 2, 3].map((letter) => this.uint(at + letter, 1)))
  }
}

/** The boxes that lie side by side from `start` on. One that claims more than there is ends where its surroundings end. */
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
