import sharp, { type FailOnOptions, type Sharp } from 'sharp'
import { Problem } from '@/lib/shared/problems/problem'
import { readBmp } from './bmp/read-bmp'
import { fromRaster } from './from-raster'
import { openHeic } from './heic/open-heic'
import { readIco } from './ico'
import { readPnm } from './pnm'
import type { Format } from './sniff'
import { openTiff } from './tiff/open-tiff'

/**
 * What counts as a failure: for libjpeg, libnsgif and libwebp the first warning, for PNG a wrong checksum. libvips
 * keeps these separate per image; its other warnings could be mixed up between images that are decoded in parallel.
 */
const FAIL_ON: Partial<Record<Format, FailOnOptions>> = { jpeg: 'warning', gif: 'warning', png: 'error' }
const LENIENT = 'truncated'

/**
 * Warnings of libjpeg. Data that ends within a scan or cannot be decoded loses pixels. Extra bytes before the end of
 * the file, unusual versions and unknown color transforms, which some cameras write, do not.
 */
const LOSES_PIXELS =
  /premature end|bad (huffman|arithmetic) code|instead of RST|progression sequence|extraneous bytes before marker 0x(d[0-7a]|c4)/i
const HARMLESS =
  /extraneous bytes before marker 0x(?!d[0-7a]|c4)|unknown (adobe|jfif)|invalid SOS parameters|bad ICC marker/i
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
    const [losesPixels, harmless] = [LOSES_PIXELS.test(message), HARMLESS.test(message)]
    if (format !== 'jpeg' || (losesPixels && !harmless)) return rejectUndecodable(result.error)
    if (harmless && !losesPixels) return decode(await open(image, format, maxPixels, LENIENT)).catch(rejectUndecodable)
    if (attempt === MAX_ATTEMPTS) return rejectUndecodable(result.error)
  }
}

/**
 * The signature was valid, so a file that cannot be decoded is damaged. The decoder's message is in `cause`; it may
 * belong to another image.
 */
export function rejectUndecodable(error: unknown): never {
  if (error instanceof Problem) throw error
  const reason = error instanceof Error ? error.message : ''
  // Only if the header could not be read before, or was wrong.
  if (/pixel limit/.test(reason))
    throw new Problem('too_many_pixels', 'The photo has more pixels than the server allows. Send a smaller photo.')
  const what = reason.startsWith('Input buffer has corrupt header')
    ? 'its header is damaged'
    : 'it is truncated or damaged'
  throw new Problem('truncated_image', `The file starts like an image, but ${what}. Export or download it again.`, {
    cause: error,
  })
}
