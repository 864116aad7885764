import { sniff } from '@/lib/shared/image/sniff'
import { open, readImage } from './open'

/** Longest side of a stored image. */
const MAX_SIDE = 1600
const QUALITY = 85

/**
 * Re-encodes a photo as WebP of at most 1600 pixels without any metadata: no EXIF, location, camera or comment.
 *
 * @throws Problem `not_an_image`, `unsupported_format`, `too_many_pixels`, `truncated_image`
 */
export async function stripMetadata(image: Uint8Array, maxPixels: number): Promise<Uint8Array> {
  const format = sniff(image)
  return readImage(format, async (failOn) => {
    const picture = await open(image, format, maxPixels, failOn)
    const size = { width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true } as const
    return picture.autoOrient().resize(size).webp({ quality: QUALITY }).toBuffer()
  })
}
