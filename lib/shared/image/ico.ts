import { Problem } from '@/lib/shared/problems/problem'
import { readDibHeader } from './bmp/header'
import { readPixels, rowBytes } from './bmp/pixels'
import { type FileBytes, fileBytes } from './file-bytes'
import type { Raster } from './raster'

const [HEADER_BYTES, ENTRY_BYTES] = [6, 16]
/** The first four bytes of a PNG. */
const PNG = 0x474e5089
/** Stored as 0 in the file. */
const MAX_SIDE = 256
const ALPHA_MASK = 0xff000000

/**
 * Reads the largest image of a Windows icon; among equal sizes, the one with the most colors. Returns the bytes of an
 * embedded PNG, or decoded pixels.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export function readIco(image: Uint8Array, maxPixels: number): Raster | { png: Uint8Array } {
  const file = fileBytes(image)
  const { offset, bytes } = largest(file)
  const picture = fileBytes(file.subarray(offset, offset + bytes))
  if (picture.length < bytes || bytes < 16) throw damaged()
  return picture.readUInt32LE(0) === PNG
    ? { png: image.subarray(offset, offset + bytes) }
    : readIcon(picture, maxPixels)
}

interface Entry {
  pixels: number
  bits: number
  bytes: number
  offset: number
}

function largest(file: FileBytes): Entry {
  const count = file.readUInt16LE(4)
  if (count === 0 || HEADER_BYTES + count * ENTRY_BYTES > file.length) throw damaged()
  const entries = Array.from({ length: count }, (_, i): Entry => {
    const at = HEADER_BYTES + i * ENTRY_BYTES
    const side = (offset: number) => file[at + offset] || MAX_SIDE
    return {
      pixels: side(0) * side(1),
      bits: file.readUInt16LE(at + 6),
      bytes: file.readUInt32LE(at + 8),
      offset: file.readUInt32LE(at + 12),
    }
  })
  return entries.reduce((best, each) =>
    each.pixels > best.pixels || (each.pixels === best.pixels && each.bits > best.bits) ? each : best,
  )
}

/**
 * A bitmap without a file header and twice as high as the icon: its colors, followed by one bit per pixel that is 1
 * where the icon is transparent.
 */
function readIcon(picture: FileBytes, maxPixels: number): Raster {
  const both = readDibHeader(picture, 0, 2 * maxPixels)
  const height = Math.floor(both.height / 2)
  if (height === 0) throw damaged()
  const masks: typeof both.masks =
    both.bits === 32 ? [both.masks[0], both.masks[1], both.masks[2], ALPHA_MASK] : both.masks
  const header = { ...both, height, masks }
  const raster = readPixels(picture, header, both.end)
  // It has its own alpha channel.
  if (raster.channels === 4) return raster
  return masked(raster, picture.subarray(both.end + rowBytes(both.width, both.bits) * height))
}

function masked({ width, height, channels, pixels }: Raster, mask: Uint8Array): Raster {
  const bytes = rowBytes(width, 1)
  // Some programs omit the mask or do not pad its rows.
  if (mask.length < bytes * height) return { width, height, channels, pixels }
  const rgba = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const [row, x] = [height - 1 - Math.floor(i / width), i % width]
    const hidden = ((mask[row * bytes + (x >> 3)] as number) >> (7 - (x & 7))) & 1
    for (let channel = 0; channel < 3; channel++) rgba[4 * i + channel] = pixels[channels * i + channel] as number
    rgba[4 * i + 3] = hidden ? 0 : 255
  }
  return { width, height, channels: 4, pixels: rgba }
}

function damaged(): Problem {
  return new Problem(
    'truncated_image',
    'The ICO file ends before its largest image does. It is truncated or damaged. Export or download it again.',
  )
}
