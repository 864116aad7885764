import { Problem } from '@/lib/shared/problems/problem'
import type { Format } from './sniff'

/** The least that makes libvips fail. */
export type FailOn = 'truncated' | 'error' | 'warning'

/**
 * What counts as a failure: for libjpeg, libnsgif and libwebp the first warning, for PNG a wrong checksum. libvips
 * keeps these separate per image; its other warnings could be mixed up between images that are decoded in parallel.
 */
export const FAIL_ON: Partial<Record<Format, FailOn>> = { jpeg: 'warning', gif: 'warning', png: 'error' }
export const LENIENT = 'truncated'

/**
 * Warnings of libjpeg. Data that ends within a scan or cannot be decoded loses pixels. Extra bytes before the end of
 * the file, unusual versions and unknown color transforms, which some cameras write, do not.
 */
const LOSES_PIXELS =
  /premature end|bad (huffman|arithmetic) code|instead of RST|progression sequence|extraneous bytes before marker 0x(d[0-7a]|c4)/i
const HARMLESS =
  /extraneous bytes before marker 0x(?!d[0-7a]|c4)|unknown (adobe|jfif)|invalid SOS parameters|bad ICC marker/i
/** What a warning of libjpeg says; both may be false, for messages of other images or of none. */
export function jpegWarning(message: string): { losesPixels: boolean; harmless: boolean } {
  return { losesPixels: LOSES_PIXELS.test(message), harmless: HARMLESS.test(message) }
}

/**
 * Gray has one band, and colors have three. libvips also decodes JPEGs with two, which mean nothing; Pillow refuses them.
 *
 * @throws Problem `unsupported_format`
 */
export function requireGrayOrRgb(bands: number): void {
  if (bands === 1 || bands === 3) return
  const detail = `The photo has ${bands} color components, which isn’t supported. Save it as RGB or grayscale.`
  throw new Problem('unsupported_format', detail)
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
