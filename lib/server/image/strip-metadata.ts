import { sniff } from '@/lib/shared/image/sniff'
import { readImage } from './open'

/** Longest side of a stored image. */
const MAX_SIDE = 1600
const QUALITY = 85

/**
 * Re-encodes a photo as WebP of at most 1600 pixels without any metadata: no EXIF, location, camera or comment.
 *
 * @throws Problem `not_an_image`, `unsupported_format`, `too_many_pixels`, `truncated_image`
 */
export async function stripMetadata(image: Uint8Array, maxPixels: number): Promise<Uint8Array> {
  return readImage(image, sniff(image), maxPixels, (picture) =>
    picture
      .autoOrient()
      .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toBuffer(),
  )
}
