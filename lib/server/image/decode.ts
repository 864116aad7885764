import sharp, { type Sharp } from 'sharp'
import type { Area } from '@/lib/shared/crop/crop'
import { type PhotoTraits, photoTraits } from '@/lib/shared/dataset-check/photo-traits'
import { type Geometry, plan, planBox, type Size } from '@/lib/shared/image/geometry'
import { heicFactor } from '@/lib/shared/image/heic/request'
import { inputBytes, modelInput, type Picture, requireWithin } from '@/lib/shared/image/model-input'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { decodeFactor, JPEG_REDUCTION, type Plan, reducedSize } from '@/lib/shared/image/reduction'
import { type Format, sniff } from '@/lib/shared/image/sniff'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { rejectUndecodable, requireGrayOrRgb } from '@/lib/shared/image/undecodable'
import { openHeic } from './heic/open-heic'
import { decodeJpeg, openLibvips } from './jpeg/decode-jpeg'
import { open, readImage } from './open'
import { type PixelMemory, PixelPool } from './pixel-memory'

/** Pixels ready for a model, and the properties of the original image. */
export interface Decoded extends PixelMemory {
  /** RGB, height × width × 3, uint8. Their memory is used again once they are freed. */
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
const inputs = new PixelPool()

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
  const photo = await readPhoto(image, format, { maxPixels, planFor, signal })
  try {
    const { source } = photo
    if (requested) requireWithin(source, requested.area)
    const traits = withTraits ? photoTraits(photo.pixels, photo.width, photo.height) : null
    const geometry = planFor(source)
    const { width, height } = geometry.canvas ?? geometry.crop
    const input = inputs.take(inputBytes(geometry))
    modelInput(photo, source, geometry, preprocessor, input.pixels)
    return { ...input, width, height, source: { ...source, format }, geometry, traits }
  } finally {
    photo.free()
  }
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

interface Terms {
  maxPixels: number
  planFor: Plan
  signal: AbortSignal | undefined
}

/** A decoded photo, possibly smaller than `source`, the size of the photo itself. */
interface ReadPhoto extends Picture, PixelMemory {
  source: Size
}

async function readPhoto(image: Uint8Array, format: Format, { maxPixels, planFor, signal }: Terms): Promise<ReadPhoto> {
  if (format === 'heic') {
    const { picture, source } = await openHeic(image, maxPixels, heicFactor(planFor), signal)
    return { ...(await readBySharp(picture).catch(rejectUndecodable)), source }
  }
  if (format === 'jpeg') return readJpeg(image, { maxPixels, planFor })
  const photo = await readImage(format, async (failOn) => readBySharp(await open(image, format, maxPixels, failOn)))
  return { ...photo, source: { width: photo.width, height: photo.height } }
}

/** By libvips itself, or by sharp, where libvips can't be called. */
async function readJpeg(image: Uint8Array, terms: Omit<Terms, 'signal'>): Promise<ReadPhoto> {
  const vips = await openLibvips()
  if (vips instanceof Error) return readJpegBySharp(image, terms)
  const photo = await readImage('jpeg', (failOn) => decodeJpeg(vips, image, { ...terms, failOn }))
  return photo.bands === 1 ? { ...photo, pixels: greyToRgb(photo.pixels) } : photo
}

/** sharp lets libjpeg reduce a photo by half of the factor, and resamples the rest, so large photos differ a little. */
async function readJpegBySharp(image: Uint8Array, { maxPixels, planFor }: Omit<Terms, 'signal'>): Promise<ReadPhoto> {
  const source = await measure(image, maxPixels)
  const factor = decodeFactor(source, planFor(source), JPEG_REDUCTION)
  const photo = await readImage('jpeg', async (failOn) => {
    const opened = await open(image, 'jpeg', maxPixels, failOn)
    const options = { ...reducedSize(source, 2 * factor), fit: 'fill', fastShrinkOnLoad: true } as const
    return readBySharp(opened, (upright) => (factor === 1 ? upright : upright.resize(options)))
  })
  return { ...photo, source }
}

async function readBySharp(opened: Sharp, reduced = (upright: Sharp) => upright): Promise<Picture & PixelMemory> {
  const upright = opened.autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb')
  const raw = reduced(upright).removeAlpha().raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  // A plain view: `slice()` of a Buffer shares its memory, while that of an array copies.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  requireGrayOrRgb(info.channels)
  const pixels = info.channels === 3 ? values : greyToRgb(values)
  return { width: info.width, height: info.height, pixels, free: () => {} }
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
