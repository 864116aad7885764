import sharp, { type Sharp } from 'sharp'
import { randomNumbers } from '@/lib/shared/metrics/random'

/** What people do to a photo that is then there twice. */
export const COPY_KINDS = ['resized', 'recompressed', 'cropped', 'mirrored', 'brightness', 'border'] as const
export type CopyKind = (typeof COPY_KINDS)[number]

/** Makes a copy of a photo as a JPEG. The seed decides by how much it differs. */
export async function copyOf(photo: Uint8Array, kind: CopyKind, seed: number): Promise<Buffer> {
  const random = randomNumbers(seed)
  random()
  const { width, height } = await sharp(photo).metadata()
  const between = (low: number, high: number) => low + (high - low) * random()
  const jpeg = (image: Sharp, quality = 85) => image.jpeg({ quality }).toBuffer()
  switch (kind) {
    case 'resized':
      return jpeg(sharp(photo).resize({ width: Math.max(8, Math.round(width * between(0.3, 0.9))) }))
    case 'recompressed':
      return jpeg(sharp(photo), Math.round(between(25, 80)))
    case 'cropped': {
      // Up to a tenth of each side's length is cut off, anywhere.
      const [w, h] = [Math.round(width * between(0.9, 0.97)), Math.round(height * between(0.9, 0.97))]
      const [left, top] = [Math.floor((width - w) * random()), Math.floor((height - h) * random())]
      return jpeg(sharp(photo).extract({ left, top, width: w, height: h }))
    }
    case 'mirrored':
      return jpeg(sharp(photo).flop())
    case 'brightness':
      return jpeg(sharp(photo).linear(random() < 0.5 ? between(0.55, 0.8) : between(1.2, 1.5), between(-10, 10)))
    case 'border':
      return jpeg(bordered(photo, width, height, random))
  }
}

/** A screenshot: the photo on a plain page, with more room at the top and bottom. */
function bordered(photo: Uint8Array, width: number, height: number, random: () => number): Sharp {
  const side = Math.round(width * 0.12 * random())
  const [top, bottom] = [Math.round(height * 0.2 * random()), Math.round(height * 0.15 * random())]
  const grey = Math.round(255 * random())
  const background = { r: grey, g: grey, b: grey }
  return sharp(photo).extend({ left: side, right: side, top, bottom, background })
}
