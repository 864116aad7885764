/** The bytes of a file, with the little-endian numbers in them. Reads beyond the end throw a RangeError. */
export class FileBytes extends Uint8Array<ArrayBufferLike> {
  private get view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.byteLength)
  }

  readUInt16LE(at: number): number {
    return this.view.getUint16(at, true)
  }

  readUInt32LE(at: number): number {
    return this.view.getUint32(at, true)
  }

  readInt32LE(at: number): number {
    return this.view.getInt32(at, true)
  }

  /** An unsigned number of 1 to 4 bytes. */
  readUIntLE(at: number, count: number): number {
    if (at + count > this.length) throw new RangeError(`the file has no byte at ${at + count - 1}`)
    let value = 0
    for (let i = count - 1; i >= 0; i--) value = value * 256 + (this[at + i] as number)
    return value
  }
}

/** A view of the same bytes. */
export function fileBytes({ buffer, byteOffset, byteLength }: Uint8Array): FileBytes {
  return new FileBytes(buffer, byteOffset, byteLength)
}
