import { imageSize } from 'image-size'
import type { Size } from './geometry'
import { heicHeader } from './heic/header'
import { type Format, sniff } from './sniff'
import { tooManyPixels } from './too-many-pixels'

/** `BM`, with which a BMP starts. */
const BM = 0x424d

/** What the header of a file shows before decoding. */
export interface Header {
  format: Format
  /** Pixel count from the header; undefined if it could not be read. The decoder has the final say. */
  pixels: number | undefined
}

/**
 * Reads format and size from the file header, and rejects unsupported files and those over the limit, so that a
 * rejection costs microseconds and no worker time.
 *
 * @throws Problem `not_an_image`, `unsupported_format`, `too_many_pixels`, `truncated_image` if a HEIC does not list
 * its items
 */
export function readHeader(image: Uint8Array, maxPixels: number): Header {
  const format = sniff(image)
  const size = format === 'heic' ? heicHeader(image, maxPixels).size : headerSize(image)
  const pixels = size && size.width * size.height
  if (pixels !== undefined && pixels > maxPixels) throw tooManyPixels(pixels, maxPixels)
  return { format, pixels }
}

/** Width and height from the header, before rotation; undefined if they cannot be read. */
function headerSize(image: Uint8Array): Size | undefined {
  try {
    const os2 = os2Size(new DataView(image.buffer, image.byteOffset, image.byteLength))
    if (os2) return os2
    const { width, height } = imageSize(image)
    return { width, height }
  } catch {
    return undefined // A broken header; the decoder reports the details.
  }
}

/**
 * The size of an OS/2 version 1 BMP, which has 16-bit dimensions that image-size reads as 32-bit; null for any other
 * file.
 */
function os2Size(file: DataView): Size | null {
  const isOs2 = file.byteLength >= 26 && file.getUint16(0) === BM && file.getUint32(14, true) === 12
  return isOs2 ? { width: file.getUint16(18, true), height: file.getUint16(20, true) } : null
}
