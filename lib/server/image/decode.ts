import sharp, { type Sharp } from 'sharp'
import type { Area } from '@/lib/shared/crop/crop'
import { type PhotoTraits, photoTraits } from '@/lib/shared/dataset-check/photo-traits'
import { Problem } from '@/lib/shared/problems/problem'
import { type Geometry, plan, planBox, type Size } from './geometry'
import { toGreyscale } from './greyscale'
import { headerSize } from './header'
import { openHeic } from './heic/open-heic'
import { open, readImage, rejectUndecodable } from './open'
import type { Preprocessor } from './preprocessor'
import { resample } from './resample'
import { sniff } from './sniff'
import { tooManyPixels } from './too-many-pixels'

/** Pixels ready for a model, and the properties of the original image. */
export interface Decoded {
  /** RGB, height × width × 3, uint8. */
  pixels: Uint8Array
  width: number
  height: number
  /** The whole image, upright. */
  source: Size & { format: string }
  geometry: Geometry
  /** Of the whole photo; null unless requested. */
  traits: PhotoTraits | null
}

/** A part of the photo to use instead of the preprocessor's crop, and the size of the model input. */
export interface RequestedCrop {
  area: Area
  input: Size
}

/** How far a crop may reach beyond the photo, in pixels: areas are computed in floating point. */
const CROP_TOLERANCE = 0.01

/** How a photo of this size is resized and cropped. */
type Plan = (size: Size) => Geometry

/**
 * Factors by which a large JPEG is reduced while decoding. 2 is not among them: sharp then decodes the whole image and
 * downsamples it, which takes as long as our own resampler.
 */
const JPEG_FACTORS = [8, 4]
/** The same for a HEIC, whose decoder returns block averages: this needs less memory and time than the whole image. */
const HEIC_FACTORS = [8, 4, 2]

const CHANNELS = 3

/**
 * Each decode uses one thread of the pool: throughput comes from decoding photos in parallel, not parts of one photo.
 */
sharp.concurrency(1)
/** Every photo is new, so caching libvips operations would only use memory. */
sharp.cache(false)

/**
 * Decodes an image to the pixels that a model expects: first frame, upright by EXIF, sRGB, white where transparent,
 * resized and cropped.
 *
 * @param signal aborts the decode of a HEIC; other formats decode too fast to be worth stopping
 * @param requested replaces the resize and crop of the preprocessor
 * @param withTraits whether the traits of the photo are needed, too
 * @throws Problem `too_many_pixels` before decoding, `truncated_image` if the data ends early or is damaged,
 * `invalid_parameter` if the requested crop isn't within the photo
 */
export async function decode(
  image: Uint8Array,
  preprocessor: Preprocessor,
  maxPixels: number,
  signal?: AbortSignal,
  requested: RequestedCrop | null = null,
  withTraits = false,
): Promise<Decoded> {
  const format = sniff(image)
  const planFor: Plan = (size) => (requested ? planBox(requested.area, requested.input) : plan(size, preprocessor))
  const shrunk = format === 'jpeg' ? await shrunkSize(image, planFor, maxPixels) : null
  const heic = format === 'heic' ? await openHeic(image, maxPixels, heicFactor(planFor), signal) : null
  const readPixels = (opened: Sharp) => {
    const upright = opened.autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb')
    return rgb(shrunk ? upright.resize({ ...shrunk.decoded, fit: 'fill', fastShrinkOnLoad: true }) : upright)
  }
  const picture = heic
    ? await readPixels(heic.picture).catch(rejectUndecodable)
    : await readImage(image, format, maxPixels, readPixels)
  const source = shrunk?.source ?? heic?.source ?? { width: picture.width, height: picture.height }
  if (requested) requireWithin(source, requested.area)
  const traits = withTraits ? photoTraits(picture.pixels, picture.width, picture.height) : null
  if (preprocessor.channels === 'grey') toGreyscale(picture.pixels)
  const geometry = planFor(source)
  const { width, height } = geometry.canvas ?? geometry.crop
  const box = geometry.box && scaleArea(geometry.box, picture.width / source.width, picture.height / source.height)
  const resized = resample(picture.pixels, picture, { ...geometry, box }, preprocessor.interpolation)
  const input = placeOnCanvas(resized, geometry)
  return { pixels: input, width, height, source: { ...source, format }, geometry, traits }
}

/** @throws Problem `invalid_parameter` */
function requireWithin({ width, height }: Size, { left, top, ...crop }: Area): void {
  if (left + crop.width <= width + CROP_TOLERANCE && top + crop.height <= height + CROP_TOLERANCE) return
  throw new Problem(
    'invalid_parameter',
    `crop is invalid: it reaches beyond the photo, which has ${width} × ${height} pixels.`,
  )
}

/** The same area on a picture that was reduced while it was decoded. */
function scaleArea({ left, top, width, height }: Area, x: number, y: number): Area {
  return { left: left * x, top: top * y, width: width * x, height: height * y }
}

/** Places the crop on a black canvas; returns it unchanged if it already fills the canvas. */
function placeOnCanvas(pixels: Uint8Array, { crop, canvas }: Geometry): Uint8Array {
  if (canvas === null) return pixels
  const out = new Uint8Array(canvas.width * canvas.height * CHANNELS)
  for (let row = 0; row < crop.height; row++) {
    const line = pixels.subarray(row * crop.width * CHANNELS, (row + 1) * crop.width * CHANNELS)
    out.set(line, ((canvas.top + row) * canvas.width + canvas.left) * CHANNELS)
  }
  return out
}

/**
 * The EXIF orientation, 1 to 8, that was applied to an already decoded image. A HEIC is rotated by its own properties.
 */
export async function orientationOf(image: Uint8Array): Promise<number> {
  const format = sniff(image)
  if (format === 'heic') return 1
  const picture = await open(image, format, Number.MAX_SAFE_INTEGER)
  const { orientation = 1 } = await picture.metadata()
  return orientation
}

/**
 * The upright size of a JPEG and the size to decode it at; null if it is decoded whole. The decoder is only queried for
 * the size if the header shows a large photo, because the query costs a tenth of a small photo's decode time.
 */
async function shrunkSize(
  image: Uint8Array,
  planFor: Plan,
  maxPixels: number,
): Promise<{ source: Size; decoded: Size } | null> {
  const header = headerSize(image)
  if (header && decodeFactor(header, planFor(header), JPEG_FACTORS) === 1) return null
  const source = await measure(image, maxPixels)
  const factor = decodeFactor(source, planFor(source), JPEG_FACTORS)
  if (factor === 1) return null
  return { source, decoded: { width: Math.ceil(source.width / factor), height: Math.ceil(source.height / factor) } }
}

/** The factor by which to reduce a HEIC with this header size. The header does not say which way up the image is. */
function heicFactor(planFor: Plan): (size: Size) => number {
  const factor = (size: Size) => decodeFactor(size, planFor(size), HEIC_FACTORS)
  return ({ width, height }) => Math.min(factor({ width, height }), factor({ width: height, height: width }))
}

/**
 * The factor by which to reduce an image while decoding it. At least twice the target size is kept, enough for the
 * resampler to filter from. libjpeg does most of the reduction at a fraction of the cost.
 */
function decodeFactor(source: Size, { box, target }: Geometry, factors: readonly number[]): number {
  const { width, height } = box ?? source
  const leavesEnough = (factor: number) => width >= 2 * factor * target.width && height >= 2 * factor * target.height
  return factors.find(leavesEnough) ?? 1
}

async function rgb(pipeline: Sharp): Promise<Size & { pixels: Uint8Array }> {
  const raw = pipeline.removeAlpha().raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  // A plain view: `slice()` of a Buffer shares its memory, while that of an array copies.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { width: info.width, height: info.height, pixels: info.channels === 3 ? values : greyToRgb(values) }
}

/** The upright size as read by the decoder, checked against the limit. */
async function measure(image: Uint8Array, maxPixels: number): Promise<Size> {
  // Metadata is read without the limit, so that the error can report the pixel count.
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
