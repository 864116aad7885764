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
 * What is a failure: the first warning of libjpeg, libnsgif or libwebp, and for PNG a wrong checksum. libvips keeps these to each
 * picture; the rest of what it warns of would be mixed between pictures that are decoded at once.
 */
const FAIL_ON: Partial<Record<Format, FailOnOptions>> = { jpeg: 'warning', gif: 'warning', png: 'error' }
const LENIENT = 'truncated'

/**
 * What libjpeg warns of. Data that ends in the middle of a scan or cannot be decoded costs pixels; bytes too many before the end
 * of the file, odd versions and unknown colour transforms, as some cameras write them, cost none.
 */
const LOSES_PIXELS =
  /premature end|bad (huffman|arithmetic) code|instead of RST|progression sequence|extraneous bytes before marker 0x(d[0-7a]|c4)/i
const HARMLESS =
  /extraneous bytes before marker 0x(?!d[0-7a]|c4)|unknown (adobe|jfif)|invalid SOS parameters|bad ICC marker/i
/** libvips has one place for the words of all errors: those of two pictures that fail at once may be mixed, or lost. */
const MAX_ATTEMPTS = 3

/**
 * The picture in a file, for every door that decodes one: its first frame, with its EXIF orientation and profile still to
 * be applied.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`; sharp's own errors come when it is read (`refuseUnread`)
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
 * Opens a picture and reads it by `use`. A JPEG that libjpeg only warned of is read once more, unless the warning costs pixels.
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

/** The signature was right, so what the decoder cannot read is damaged. What it said is in `cause`: it may be of another picture. */
export function rejectUndecodable(error: unknown): never {
  if (error instanceof Problem) throw error
  const reason = error instanceof Error ? error.message : ''
  // Only where the header could not be read before, or lied.
  if (/pixel limit/.test(reason))
    throw new Problem('too_many_pixels', 'The photo has more pixels than the server allows. Send a smaller photo.')
  const what = reason.startsWith('Input buffer has corrupt header')
    ? 'its header is damaged'
    : 'it is truncated or damaged'
  throw new Problem('truncated_image', `The file starts like an image, but ${what}.`, { cause: error })
}
