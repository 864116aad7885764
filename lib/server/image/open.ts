import sharp, { type FailOnOptions, type Sharp } from 'sharp'
import { readBmp } from '@/lib/shared/image/bmp/read-bmp'
import { readIco } from '@/lib/shared/image/ico'
import { readPnm } from '@/lib/shared/image/pnm'
import type { Format } from '@/lib/shared/image/sniff'
import { FAIL_ON, jpegWarning, LENIENT, rejectUndecodable } from '@/lib/shared/image/undecodable'
import { fromRaster } from './from-raster'
import { openHeic } from './heic/open-heic'
import { openTiff } from './tiff/open-tiff'

/**
 * libvips has a single buffer for error messages: if two images fail at the same time, their messages may be mixed up
 * or lost.
 */
const MAX_ATTEMPTS = 3

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
  failOn: FailOnOptions = FAIL_ON[format] ?? LENIENT,
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
 * Opens an image and decodes it with `decode`. If libjpeg only reported a harmless warning, the JPEG is decoded once
 * more.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export async function readImage<T>(
  image: Uint8Array,
  format: Format,
  maxPixels: number,
  decode: (picture: Sharp) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const picture = await open(image, format, maxPixels).catch(rejectUndecodable)
    const result = await decode(picture).then(
      (value) => ({ value }),
      (error: Error) => ({ error }),
    )
    if ('value' in result) return result.value
    const { message } = result.error
    const { losesPixels, harmless } = jpegWarning(message)
    if (format !== 'jpeg' || (losesPixels && !harmless)) return rejectUndecodable(result.error)
    if (harmless && !losesPixels) return decode(await open(image, format, maxPixels, LENIENT)).catch(rejectUndecodable)
    if (attempt === MAX_ATTEMPTS) return rejectUndecodable(result.error)
  }
}
