import { join } from 'node:path'
import sharp from 'sharp'
import { SAMPLES } from '@/lib/shared/gallery/samples'

/** The sample photos as JPEGs with this many pixels on the longer side, like photos from cameras and phones. */
export async function photos(side: number): Promise<Buffer[]> {
  const files = SAMPLES.map(({ file }) => file)
  return Promise.all(
    files.map((name) =>
      sharp(join('public/gallery', name))
        .flatten({ background: '#fff' })
        .resize({ width: side, height: side, fit: 'inside' })
        .jpeg({ quality: 88 })
        .toBuffer(),
    ),
  )
}
