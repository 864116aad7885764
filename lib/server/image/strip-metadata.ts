import { readImage } from './open'
import { sniff } from './sniff'

/** Longest side of a picture that is kept. */
const MAX_SIDE = 1600
const QUALITY = 85

/**
 * A photo as a WebP of at most 1600 pixels without anything beside the picture: no EXIF, no place, no camera, no comment.
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
