import { damaged } from './header'

const [END_OF_LINE, END_OF_BITMAP, DELTA] = [0, 1, 2]

/**
 * Decompresses RLE8 or RLE4 to one palette index per byte, lowest row first. Pixels that the data skips get the first
 * color.
 *
 * @throws Problem `truncated_image` if the data ends before the image does
 */
export function unpackRle(packed: Uint8Array, width: number, height: number, bits: 4 | 8): Uint8Array {
  const rle = new Rle(packed, width, height, bits)
  while (!rle.done) rle.step()
  return rle.out
}

class Rle {
  readonly out: Uint8Array
  done = false
  private at = 0
  private x = 0
  private y = 0

  constructor(
    private readonly packed: Uint8Array,
    private readonly width: number,
    private readonly height: number,
    private readonly bits: 4 | 8,
  ) {
    this.out = new Uint8Array(width * height)
  }

  /** Processes one run or one marker. */
  step(): void {
    const [count, value] = [this.byte(), this.byte()]
    if (count > 0) this.run(count, value)
    else if (value === END_OF_LINE) [this.x, this.y] = [0, this.y + 1]
    else if (value === END_OF_BITMAP) this.end()
    else if (value === DELTA) [this.x, this.y] = [this.x + this.byte(), this.y + this.byte()]
    else this.literal(value)
    // The last row may end without a marker.
    const isFull = this.y === this.height - 1 && this.x >= this.width && this.at >= this.packed.length
    this.done ||= this.y >= this.height || isFull
  }

  private end(): void {
    if (this.y < this.height - 1) throw damaged('ends before its last row')
    this.done = true
  }

  private run(count: number, value: number): void {
    for (let i = 0; i < count; i++) this.put(this.colour(value, i))
  }

  private literal(count: number): void {
    const bytes = this.bits === 8 ? count : Math.ceil(count / 2)
    for (let i = 0, value = 0; i < count; i++) {
      if (this.bits === 8 || i % 2 === 0) value = this.byte()
      this.put(this.colour(value, i))
    }
    // Padded to an even number of bytes.
    this.at += bytes % 2
  }

  /** RLE4 has two colors per byte, which alternate. */
  private colour(value: number, i: number): number {
    if (this.bits === 8) return value
    return i % 2 === 0 ? value >> 4 : value & 15
  }

  private put(colour: number): void {
    if (this.x < this.width && this.y < this.height) this.out[this.y * this.width + this.x] = colour
    this.x++
  }

  private byte(): number {
    const value = this.packed[this.at++]
    if (value === undefined) throw damaged('ends before its last row')
    return value
  }
}
