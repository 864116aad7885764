import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { Problem } from '@/lib/shared/problems/problem'
import type { Raster } from './raster'

const [HASH, LINE_FEED] = [0x23, 0x0a]
const MAX_VALUE = 65_535

/**
 * Reads a Netpbm image, P1 to P6: bitmap, gray or RGB, in text or binary form. Values are scaled from the file's
 * maximum to 255 and rounded.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`
 */
export function readPnm(image: Uint8Array, maxPixels: number): Raster {
  const kind = (image[1] as number) - 0x30
  const reader = new Tokens(image)
  const [width, height] = [reader.number(), reader.number()]
  if (width === 0 || height === 0) throw damaged('has no width or height')
  if (width * height > maxPixels) throw tooManyPixels(width * height, maxPixels)
  const isBits = kind === 1 || kind === 4
  const maxValue = isBits ? 1 : reader.number()
  if (maxValue === 0 || maxValue > MAX_VALUE) throw damaged(`declares a maximum value of ${maxValue}`)
  const channels = kind === 3 || kind === 6 ? 3 : 1
  const pixels = new Uint8Array(width * height * channels)
  const table = Uint8Array.from({ length: maxValue + 1 }, (_, value) => Math.round((value / maxValue) * 255))
  // In bitmaps, 1 is black.
  if (isBits) table.reverse()
  if (kind < 4) fromText(reader, pixels, table, isBits)
  else if (isBits) fromBits(reader.rest(), pixels, width)
  else fromBytes(reader.rest(), pixels, table)
  return { width, height, channels, pixels }
}

function fromText(reader: Tokens, pixels: Uint8Array, table: Uint8Array, isBits: boolean): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = table[isBits ? reader.digit() : reader.number()]
    if (value === undefined) throw damaged('contains a value above its maximum')
    pixels[i] = value
  }
}

function fromBits(bytes: Uint8Array, pixels: Uint8Array, width: number): void {
  const rowBytes = Math.ceil(width / 8)
  if (bytes.length < (pixels.length / width) * rowBytes) throw damaged('ends early')
  for (let i = 0; i < pixels.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width]
    const byte = bytes[row * rowBytes + (column >> 3)] as number
    pixels[i] = (byte >> (7 - (column & 7))) & 1 ? 0 : 255
  }
}

function fromBytes(bytes: Uint8Array, pixels: Uint8Array, table: Uint8Array): void {
  const wide = table.length > 256
  if (bytes.length < pixels.length * (wide ? 2 : 1)) throw damaged('ends early')
  for (let i = 0; i < pixels.length; i++) {
    const value = wide ? ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number) : (bytes[i] as number)
    pixels[i] = table[Math.min(value, table.length - 1)] as number
  }
}

/**
 * Reads the numbers of the header and of text images: separated by white space, with comments from # to the end of the
 * line.
 */
class Tokens {
  private at = 2

  constructor(private readonly image: Uint8Array) {}

  number(): number {
    this.skip()
    let [value, digits] = [0, 0]
    for (; isDigit(this.image[this.at]) && digits < 10; digits++)
      value = 10 * value + (this.image[this.at++] as number) - 0x30
    if (digits === 0) throw damaged('ends early or contains an invalid number')
    return value
  }

  /** The next 0 or 1; no white space is needed between them. */
  digit(): number {
    this.skip()
    const digit = this.image[this.at++]
    if (!isDigit(digit)) throw damaged('ends early or contains an invalid number')
    return (digit as number) - 0x30
  }

  /** The data after the single white-space character that ends the header. */
  rest(): Uint8Array {
    return this.image.subarray(this.at + 1)
  }

  private skip(): void {
    for (;;) {
      const byte = this.image[this.at]
      if (byte === HASH) {
        const end = this.image.indexOf(LINE_FEED, this.at)
        this.at = end < 0 ? this.image.length : end
      } else if (!isBlank(byte)) return
      this.at++
    }
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function damaged(what: string): Problem {
  return new Problem(
    'truncated_image',
    `The PNM file ${what}. It is truncated or damaged. Export or download it again.`,
  )
}
