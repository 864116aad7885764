import { imageSize } from 'image-size'
import type { Size } from './geometry'
import { heicHeader } from './heic/header'
import { type Format, sniff } from './sniff'
import { tooManyPixels } from './too-many-pixels'

/** What the first bytes of a file say, before anything is decoded. */
export interface Header {
  format: Format
  /** Pixels by the header, or undefined where it could not be read. The decoder has the last word. */
  pixels: number | undefined
}

/**
 * Reads format and size from the file's header and refuses what is not read here or is over the limit, so that
 * a refusal costs microseconds and no worker.
 *
 * @throws Problem `not_an_image`, `unsupported_format`, `too_many_pixels`, `truncated_image` where a HEIC does not say what is in it
 */
export function readHeader(image: Uint8Array, maxPixels: number): Header {
  const format = sniff(image)
  const size = format === 'heic' ? heicHeader(image, maxPixels).size : headerSize(image)
  const pixels = size && size.width * size.height
  if (pixels !== undefined && pixels > maxPixels) throw tooManyPixels(pixels, maxPixels)
  return { format, pixels }
}

/** Width and height as the header has them, not upright, or undefined where it cannot be read. */
export function headerSize(image: Uint8Array): Size | undefined {
  try {
    const os2 = os2Size(Buffer.from(image.buffer, image.byteOffset, image.byteLength))
    if (os2) return os2
    const { width, height } = imageSize(image)
    return { width, height }
  } catch {
    return undefined // A broken header; the decoder says how.
  }
}

/** A BMP of OS/2's first version has sizes of 16 bits, which image-size takes for 32; null for any other file. */
function os2Size(file: Buffer): Size | null {
  const isOs2 = file.length >= 26 && file.toString('latin1', 0, 2) === 'BM' && file.readUInt32LE(14) === 12
  return isOs2 ? { width: file.readUInt16LE(18), height: file.readUInt16LE(20) } : null
}
