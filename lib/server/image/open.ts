import sharp, { type Sharp } from 'sharp'
import { readBmp } from '@/lib/shared/image/bmp/read-bmp'
import { readIco } from '@/lib/shared/image/ico'
import { readPnm } from '@/lib/shared/image/pnm'
import type { Format } from '@/lib/shared/image/sniff'
import { FAIL_ON, type FailOn, jpegWarning, LENIENT, rejectUndecodable } from '@/lib/shared/image/undecodable'
import { Problem } from '@/lib/shared/problems/problem'
import { DecodeGate } from './decode-gate'
import { fromRaster } from './from-raster'
import { openHeic } from './heic/open-heic'
import { openTiff } from './tiff/open-tiff'

/**
 * libvips has a single buffer for error messages: if two images fail at the same time, their messages may be mixed up
 * or lost.
 */
const gate = new DecodeGate()

/**
 * Opens the image in a file, for every entry point that decodes one: its first frame, with EXIF orientation and profile
 * still to be applied.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`; sharp's own errors follow when it is read
 * (`rejectUndecodable`)
 */
export async function open(
  image: Uint8Array,
  format: Format,
  maxPixels: number,
  failOn: FailOn = FAIL_ON[format] ?? LENIENT,
): Promise<Sharp> {
  if (format === 'heic') return (await openHeic(image, maxPixels)).picture
  if (format === 'tiff') return openTiff(image, maxPixels)
  if (format === 'bmp') return fromRaster(readBmp(image, maxPixels))
  if (format === 'pnm') return fromRaster(readPnm(image, maxPixels))
  if (format === 'ico') return openIco(image, maxPixels)
  return sharp(image, { failOn, limitInputPixels: maxPixels, pages: 1 })
}

async function openIco(image: Uint8Array, maxPixels: number): Promise<Sharp> {
  const picture = readIco(image, maxPixels)
  return 'png' in picture ? open(picture.png, 'png', maxPixels) : fromRaster(picture)
}

/**
 * Decodes an image with `decode`. A JPEG that failed while others were decoded is decoded once more alone, for its own
 * message; if libjpeg only reported a harmless warning, it is decoded again without regard to warnings.
 *
 * @param decode is called with what counts as a failure
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export async function readImage<T>(format: Format, decode: (failOn: FailOn) => Promise<T>): Promise<T> {
  const failOn = FAIL_ON[format] ?? LENIENT
  const { result, overlapped } = await gate.shared(() => decode(failOn))
  const isOwnMessage = !overlapped || 'value' in result || result.error instanceof Problem
  const strict = format === 'jpeg' && !isOwnMessage ? await gate.exclusive(() => decode(failOn)) : result
  if ('value' in strict) return strict.value
  const { losesPixels, harmless } = jpegWarning(strict.error.message)
  if (format !== 'jpeg' || losesPixels || !harmless) return rejectUndecodable(strict.error)
  const { result: lenient } = await gate.shared(() => decode(LENIENT))
  return 'value' in lenient ? lenient.value : rejectUndecodable(lenient.error)
}
