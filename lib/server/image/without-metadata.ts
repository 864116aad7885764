import sharp from 'sharp'
import { Problem } from '@/lib/shared/problem'
import { sniff } from './sniff'

/** Longest side of a picture that is kept. */
const LONGEST = 1600
const QUALITY = 85

/**
 * A photo as a WebP of at most 1600 pixels without anything beside the picture: no EXIF, no place, no camera, no comment.
 *
 * @throws Problem `not_an_image`, `unsupported_format`, `too_many_pixels`, `truncated_image`
 */
export async function withoutMetadata(image: Uint8Array, maxPixels: number): Promise<Uint8Array> {
  sniff(image)
  try {
    return await sharp(image, { failOn: 'truncated', limitInputPixels: maxPixels, pages: 1 })
      .autoOrient()
      .resize({ width: LONGEST, height: LONGEST, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toBuffer()
  } catch (error) {
    const { message } = error as Error
    if (/pixel limit/.test(message))
      throw new Problem('too_many_pixels', 'The picture has more pixels than are allowed.')
    throw new Problem('truncated_image', 'The photo cannot be read to its end.', { cause: error })
  }
}
