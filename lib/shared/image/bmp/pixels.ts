import type { FileBytes } from '../file-bytes'
import type { Raster } from '../raster'
import { type DibHeader, damaged, PACKING } from './header'
import { unpackRle } from './rle'

const [RGB, RGBA] = [3, 4] as const

/**
 * The pixels of a bitmap whose rows start at `at`, as RGB, or as RGBA if there is an alpha mask.
 *
 * @throws Problem `truncated_image`
 */
export function readPixels(file: FileBytes, header: DibHeader, at: number): Raster {
  const { width, height, icc } = header
  const { channels, pixels } =
    header.bits <= 8 ? fromPalette(indices(file, header, at), header) : fromMasks(file, header, at)
  return { width, height, channels, pixels, ...(icc && { icc }) }
}

/** Bytes per row, padded to a multiple of four. */
export function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4
}

/** The offset of each row, topmost first. The last row in the file may lack its padding. */
function rowStarts(file: FileBytes, { width, height, bits, topDown }: DibHeader, at: number): number[] {
  const bytes = rowBytes(width, bits)
  if (at + bytes * (height - 1) + Math.ceil((width * bits) / 8) > file.length) throw damaged('ends before its last row')
  return Array.from({ length: height }, (_, row) => at + bytes * (topDown ? row : height - 1 - row))
}

function indices(file: FileBytes, header: DibHeader, at: number): Uint8Array {
  const { width, height, bits, packing } = header
  if (packing !== PACKING.none) return flipped(unpackRle(file.subarray(at), width, height, bits === 4 ? 4 : 8), header)
  const out = new Uint8Array(width * height)
  const [perByte, mask] = [8 / bits, 2 ** bits - 1]
  for (const [row, start] of rowStarts(file, header, at).entries()) {
    for (let x = 0; x < width; x++) {
      const byte = file[start + Math.floor(x / perByte)] as number
      out[row * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & mask
    }
  }
  return out
}

function flipped(bottomUp: Uint8Array, { width, height }: DibHeader): Uint8Array {
  const out = new Uint8Array(bottomUp.length)
  for (let row = 0; row < height; row++) {
    out.set(bottomUp.subarray((height - 1 - row) * width, (height - row) * width), row * width)
  }
  return out
}

/** An index beyond the palette is black. */
function fromPalette(numbers: Uint8Array, { palette, paletteStep }: DibHeader): Pick<Raster, 'channels' | 'pixels'> {
  const pixels = new Uint8Array(numbers.length * RGB)
  for (let i = 0; i < numbers.length; i++) {
    const from = (numbers[i] as number) * paletteStep
    for (let channel = 0; channel < RGB; channel++) pixels[i * RGB + channel] = palette[from + 2 - channel] ?? 0
  }
  return { channels: RGB, pixels }
}

function fromMasks(file: FileBytes, header: DibHeader, at: number): Pick<Raster, 'channels' | 'pixels'> {
  const { width, height, bits, masks } = header
  const channels = masks[3] === 0 ? RGB : RGBA
  const pixels = new Uint8Array(width * height * channels)
  const starts = rowStarts(file, header, at)
  const bytes = masks.slice(0, channels).map((mask) => BYTE_MASKS.indexOf(mask))
  if (bits > 16 && !bytes.includes(-1)) copyBytes(file, starts, pixels, { width, step: bits / 8, bytes })
  else scaleBits(file, starts, pixels, { width, step: bits / 8, levels: masks.slice(0, channels).map(levelOf) })
  return channels === RGBA && isInvisible(pixels)
    ? { channels: RGB, pixels: withoutAlpha(pixels) }
    : { channels, pixels }
}

/** Masks that select a whole byte. */
const BYTE_MASKS: readonly number[] = [0xff, 0xff00, 0xff0000, 0xff000000]

function copyBytes(
  file: FileBytes,
  starts: readonly number[],
  pixels: Uint8Array,
  { width, step, bytes }: { width: number; step: number; bytes: readonly number[] },
): void {
  let to = 0
  for (const start of starts) {
    for (let x = 0; x < width; x++) {
      for (const byte of bytes) pixels[to++] = file[start + x * step + byte] as number
    }
  }
}

function scaleBits(
  file: FileBytes,
  starts: readonly number[],
  pixels: Uint8Array,
  { width, step, levels }: { width: number; step: number; levels: readonly ((pixel: number) => number)[] },
): void {
  let to = 0
  for (const start of starts) {
    for (let x = 0; x < width; x++) {
      const pixel = file.readUIntLE(start + x * step, step)
      for (const level of levels) pixels[to++] = level(pixel)
    }
  }
}

/** Scales the bits of a mask to 0 to 255, rounded down as in Pillow. */
function levelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0
  const shift = 31 - Math.clz32(mask & -mask)
  const maxValue = mask >>> shift
  return (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / maxValue)
}

/** Whether alpha is 0 everywhere, which means that it was never written, as in many programs. */
function isInvisible(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += RGBA) if (rgba[i] !== 0) return false
  return true
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / RGBA) * RGB)
  for (let i = 0, o = 0; i < rgba.length; i += RGBA) for (let c = 0; c < RGB; c++) rgb[o++] = rgba[i + c] as number
  return rgb
}
