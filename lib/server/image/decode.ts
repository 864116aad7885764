import sharp, { type Sharp } from 'sharp'
import type { Area } from '@/lib/shared/crop/crop'
import { type PhotoTraits, photoTraits } from '@/lib/shared/dataset-check/photo-traits'
import { type Geometry, plan, planBox, type Size } from '@/lib/shared/image/geometry'
import { headerSize } from '@/lib/shared/image/header'
import { heicFactor } from '@/lib/shared/image/heic/request'
import { modelInput, type Picture, requireWithin } from '@/lib/shared/image/model-input'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { decodeFactor, JPEG_FACTORS, type Plan, reducedSize } from '@/lib/shared/image/reduction'
import { sniff } from '@/lib/shared/image/sniff'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { rejectUndecodable } from '@/lib/shared/image/undecodable'
import { openHeic } from './heic/open-heic'
import { open, readImage } from './open'

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
  const geometry = planFor(source)
  const { width, height } = geometry.canvas ?? geometry.crop
  const input = modelInput(picture, source, geometry, preprocessor)
  return { pixels: input, width, height, source: { ...source, format }, geometry, traits }
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
  return { source, decoded: reducedSize(source, factor) }
}

async function rgb(pipeline: Sharp): Promise<Picture> {
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
