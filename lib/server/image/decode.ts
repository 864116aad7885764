import sharp, { type Sharp } from 'sharp'
import { type Geometry, plan, type Size } from './geometry'
import { toGreyscale } from './greyscale'
import { headerSize } from './header'
import { openHeic } from './heic/open-heic'
import { open, readImage, rejectUndecodable } from './open'
import type { Preprocessor } from './preprocessor'
import { resample } from './resample'
import { sniff } from './sniff'
import { tooManyPixels } from './too-many-pixels'

/** Pixels ready for a model, and what the picture was before. */
export interface Decoded {
  /** RGB, height × width × 3, uint8. */
  pixels: Uint8Array
  width: number
  height: number
  /** The whole picture, upright. */
  source: Size & { format: string }
  geometry: Geometry
}

/**
 * Fractions of its size at which a large JPEG is decoded. Half is not among them: sharp then decodes the whole and filters
 * it down, which takes as long as our resampler takes from the whole.
 */
const JPEG_FACTORS = [8, 4]
/** The same for a HEIC, of which the decoder hands out means of blocks: it takes less memory and time than the whole. */
const HEIC_FACTORS = [8, 4, 2]

const CHANNELS = 3

/** One decode uses one thread of the pool: throughput comes from photos side by side, not from bands of one. */
sharp.concurrency(1)
/** Every photo is new: caching libvips operations only holds memory. */
sharp.cache(false)

/**
 * Bytes to the pixels that a model wants: first frame, upright by EXIF, sRGB, over white where transparent,
 * resized and cropped.
 *
 * @param signal ends the decode of a HEIC; the others are too quick to be stopped
 * @throws Problem `too_many_pixels` before decoding, `truncated_image` where the data ends early or is damaged
 */
export async function decode(
  image: Uint8Array,
  preprocessor: Preprocessor,
  maxPixels: number,
  signal?: AbortSignal,
): Promise<Decoded> {
  const format = sniff(image)
  const shrunk = format === 'jpeg' ? await shrunkSize(image, preprocessor, maxPixels) : null
  const heic = format === 'heic' ? await openHeic(image, maxPixels, heicFactor(preprocessor), signal) : null
  const readPixels = (opened: Sharp) => {
    const upright = opened.autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb')
    return rgb(shrunk ? upright.resize({ ...shrunk.decoded, fit: 'fill', fastShrinkOnLoad: true }) : upright)
  }
  const picture = heic
    ? await readPixels(heic.picture).catch(rejectUndecodable)
    : await readImage(image, format, maxPixels, readPixels)
  const source = shrunk?.source ?? heic?.source ?? { width: picture.width, height: picture.height }
  if (preprocessor.channels === 'grey') toGreyscale(picture.pixels)
  const geometry = plan(source, preprocessor)
  const { width, height } = geometry.canvas ?? geometry.crop
  const input = placeOnCanvas(resample(picture.pixels, picture, geometry, preprocessor.interpolation), geometry)
  return { pixels: input, width, height, source: { ...source, format }, geometry }
}

/** The crop on the black picture that it does not fill; itself where it does. */
function placeOnCanvas(pixels: Uint8Array, { crop, canvas }: Geometry): Uint8Array {
  if (canvas === null) return pixels
  const out = new Uint8Array(canvas.width * canvas.height * CHANNELS)
  for (let row = 0; row < crop.height; row++) {
    const line = pixels.subarray(row * crop.width * CHANNELS, (row + 1) * crop.width * CHANNELS)
    out.set(line, ((canvas.top + row) * canvas.width + canvas.left) * CHANNELS)
  }
  return out
}

/** EXIF orientation that was undone for a picture that was decoded before, 1 to 8. A HEIC is turned by its own properties. */
export async function orientationOf(image: Uint8Array): Promise<number> {
  const format = sniff(image)
  if (format === 'heic') return 1
  const picture = await open(image, format, Number.MAX_SAFE_INTEGER)
  const { orientation = 1 } = await picture.metadata()
  return orientation
}

/**
 * The upright size of a JPEG and the one to decode it at; null where it is decoded whole. The decoder is asked for the size only
 * where the header says that the photo is large, because that question costs a tenth of a small photo's decode.
 */
async function shrunkSize(
  image: Uint8Array,
  preprocessor: Preprocessor,
  maxPixels: number,
): Promise<{ source: Size; decoded: Size } | null> {
  const header = headerSize(image)
  if (header && decodeFactor(header, plan(header, preprocessor).target, JPEG_FACTORS) === 1) return null
  const source = await measure(image, maxPixels)
  const factor = decodeFactor(source, plan(source, preprocessor).target, JPEG_FACTORS)
  if (factor === 1) return null
  return { source, decoded: { width: Math.ceil(source.width / factor), height: Math.ceil(source.height / factor) } }
}

/** By how much to shrink a HEIC whose header says this size; which way up that is, it does not say. */
function heicFactor(preprocessor: Preprocessor): (size: Size) => number {
  const factor = (size: Size) => decodeFactor(size, plan(size, preprocessor).target, HEIC_FACTORS)
  return ({ width, height }) => Math.min(factor({ width, height }), factor({ width: height, height: width }))
}

/**
 * By how much to shrink a picture while it is decoded, as long as at least twice the target is left: enough for the resampler to
 * filter from. libjpeg does most of it for a fraction of the work.
 */
function decodeFactor(source: Size, target: Size, factors: readonly number[]): number {
  const leavesEnough = (factor: number) =>
    source.width >= 2 * factor * target.width && source.height >= 2 * factor * target.height
  return factors.find(leavesEnough) ?? 1
}

async function rgb(pipeline: Sharp): Promise<Size & { pixels: Uint8Array }> {
  const raw = pipeline.removeAlpha().raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  // A plain view: a Buffer's own slice() would share its memory where an array's copies.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { width: info.width, height: info.height, pixels: info.channels === 3 ? values : greyToRgb(values) }
}

/** Upright size of the picture as the decoder reads it, checked against the limit. */
async function measure(image: Uint8Array, maxPixels: number): Promise<Size> {
  // Metadata is read without the limit, so that the refusal can say how many pixels there are.
  const metadata = sharp(image, { failOn: 'truncated', limitInputPixels: false, pages: 1 }).metadata()
  const { width, height } = (await metadata.catch(rejectUndecodable)).autoOrient
  if (width * height > maxPixels) throw tooManyPixels(width * height, maxPixels)
  return { width, height }
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
