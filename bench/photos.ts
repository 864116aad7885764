import { join } from 'node:path'
import sharp from 'sharp'
import { SAMPLES } from '@/lib/shared/gallery/samples'

/** The sample photos as JPEGs whose longer side has so many pixels, as cameras and phones would send them. */
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
