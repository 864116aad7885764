import sharp, { type Sharp } from 'sharp'
import { Problem } from '@/lib/shared/problem'
import type { Format } from './sniff'
import { openTiff } from './tiff/open-tiff'

/**
 * The picture in a file, for every door that decodes one: its first frame, with its EXIF orientation and profile still to
 * be applied.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`; sharp's own errors come when it is read (`refuseUnread`)
 */
export async function open(image: Uint8Array, format: Format, maxPixels: number): Promise<Sharp> {
  if (format === 'tiff') return openTiff(image, maxPixels)
  return sharp(image, { failOn: 'truncated', limitInputPixels: maxPixels, pages: 1 })
}

/** The signature was right, so what the decoder cannot read is damaged. Its own words carry no path and no secret. */
export function refuseUnread(error: unknown): never {
  if (error instanceof Problem) throw error
  const reason = (error instanceof Error && error.message.split('\n')[0]) || 'unknown'
  // Only where the header could not be read before, or lied.
  if (/pixel limit/.test(reason)) throw new Problem('too_many_pixels', 'The picture has more pixels than are allowed.')
  throw new Problem('truncated_image', `The file starts like an image but cannot be read to its end (${reason}).`, {
    cause: error,
  })
}
