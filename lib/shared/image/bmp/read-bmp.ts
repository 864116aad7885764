import { fileBytes } from '../file-bytes'
import type { Raster } from '../raster'
import { damaged, readDibHeader } from './header'
import { readPixels } from './pixels'

const FILE_HEADER_BYTES = 14

/**
 * Reads a Windows or OS/2 BMP: palettes, 16, 24 and 32 bits, any masks, RLE, either row order. 32 bits without an alpha
 * mask are opaque.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export function readBmp(image: Uint8Array, maxPixels: number): Raster {
  const file = fileBytes(image)
  if (file.length < FILE_HEADER_BYTES) throw damaged('ends inside its header')
  const header = readDibHeader(file, FILE_HEADER_BYTES, maxPixels)
  return readPixels(file, header, file.readUInt32LE(10) || header.end)
}
