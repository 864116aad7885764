import sharp, { type Sharp } from 'sharp'
import { Problem } from '@/lib/shared/problem'
import { type Geometry, plan, type Size } from './geometry'
import { tooManyPixels } from './header'
import type { Preprocessor } from './preprocessor'
import { resample } from './resample'
import { sniff } from './sniff'

/** Pixels ready for a model, and what the picture was before. */
export interface Decoded {
  /** RGB, height × width × 3, uint8. */
  pixels: Uint8Array
  width: number
  height: number
  /** The whole picture, upright. */
  source: Size & { format: string }
  /** EXIF orientation that was undone, 1 to 8. */
  orientation: number
  geometry: Geometry
}

/**
 * Fractions of its size at which a large JPEG is decoded. Half is not among them: sharp then decodes the whole and filters
 * it down, which takes as long as our resampler takes from the whole.
 */
const JPEG_FACTORS = [8, 4]

/** One decode uses one thread of the pool: throughput comes from photos side by side, not from bands of one. */
sharp.concurrency(1)
/** Every photo is new: caching libvips operations only holds memory. */
sharp.cache(false)

/**
 * Bytes to the pixels that a model wants: first frame, upright by EXIF, sRGB, over white where transparent,
 * resized and cropped.
 *
 * @throws Problem `too_many_pixels` before decoding, `truncated_image` where the data ends early or is damaged
 */
export async function decode(image: Uint8Array, preprocessor: Preprocessor, maxPixels: number): Promise<Decoded> {
  const format = sniff(image)
  const { orientation, ...source } = await measure(image, maxPixels)
  const geometry = plan(source, preprocessor)
  const decoded = decodedSize(source, geometry.target, format)
  const upright = open(image, maxPixels).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb')
  const pixels = await rgb(upright.resize({ ...decoded, fit: 'fill', fastShrinkOnLoad: true }))
  const { width, height } = geometry.crop
  const sized = resample(pixels, decoded, geometry, preprocessor.interpolation)
  return { pixels: sized, width, height, source: { ...source, format }, orientation, geometry }
}

/**
 * The size to decode at: a large JPEG at an eighth or a quarter, as long as that is at least twice the target. libjpeg does
 * most of this while it decodes, for a fraction of the work, and the resampler has enough left to filter from.
 */
function decodedSize(source: Size, target: Size, format: string): Size {
  const enough = (factor: number) =>
    source.width >= 2 * factor * target.width && source.height >= 2 * factor * target.height
  const factor = format === 'jpeg' ? (JPEG_FACTORS.find(enough) ?? 1) : 1
  return { width: Math.ceil(source.width / factor), height: Math.ceil(source.height / factor) }
}

async function rgb(pipeline: Sharp): Promise<Uint8Array> {
  const raw = pipeline.removeAlpha().raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch(refuse)
  // A plain view: a Buffer's own slice() would share its memory where an array's copies.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return info.channels === 3 ? values : greyToRgb(values)
}

function open(image: Uint8Array, maxPixels: number): Sharp {
  return sharp(image, { failOn: 'truncated', limitInputPixels: maxPixels, pages: 1 })
}

/** Upright size of the picture as the decoder reads it, checked against the limit, and how it was stored. */
async function measure(image: Uint8Array, maxPixels: number): Promise<Size & { orientation: number }> {
  // Metadata is read without the limit, so that the refusal can say how many pixels there are.
  const { autoOrient, orientation = 1 } = await sharp(image, { failOn: 'truncated', limitInputPixels: false, pages: 1 })
    .metadata()
    .catch(refuse)
  const { width, height } = autoOrient
  if (width * height > maxPixels) throw tooManyPixels(width * height, maxPixels)
  return { width, height, orientation }
}

/** The signature was right, so what the decoder cannot read is damaged. Its own words carry no path and no secret. */
function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown'
  throw new Problem('truncated_image', `The file starts like an image but cannot be read to its end (${reason}).`, {
    cause: error,
  })
}

function greyToRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3)
  for (let i = 0, o = 0; i < grey.length; i++) {
    const value = grey[i] ?? 0
    rgb[o++] = value
    rgb[o++] = value
    rgb[o++] = value
  }
  return rgb
}
