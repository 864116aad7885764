import type Vips from 'wasm-vips'
import { readBmp } from '@/lib/shared/image/bmp/read-bmp'
import { type Size, uprightSize } from '@/lib/shared/image/geometry'
import { readHeader } from '@/lib/shared/image/header'
import { decodeHeic } from '@/lib/shared/image/heic/decode-heic'
import { heicFactor, heicRequest } from '@/lib/shared/image/heic/request'
import { readIco } from '@/lib/shared/image/ico'
import type { Picture } from '@/lib/shared/image/model-input'
import { readPnm } from '@/lib/shared/image/pnm'
import type { Raster } from '@/lib/shared/image/raster'
import { rasterTiff } from '@/lib/shared/image/raster-tiff'
import { decodeFactor, JPEG_REDUCTION, type Plan } from '@/lib/shared/image/reduction'
import type { Format } from '@/lib/shared/image/sniff'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import {
  FAIL_ON,
  type FailOn,
  jpegWarning,
  LENIENT,
  rejectUndecodable,
  requireGrayOrRgb,
} from '@/lib/shared/image/undecodable'
import { Problem } from '@/lib/shared/problems/problem'
import { NOT_ON_DEVICE } from './failures'
import { nativePicture } from './native-picture'
import { loadLibheif } from './runtimes'

type Decoder = typeof Vips
type Image = Vips.Image

/** A decoded photo, and what it was before it was reduced. */
export interface OpenedPhoto {
  picture: Picture
  source: Size & { format: Format }
  /** The EXIF orientation, 1 to 8, that was applied. */
  orientation: number
}

interface Options {
  format: Format
  maxPixels: number
  /** How a photo of this size is resized and cropped. */
  planFor: Plan
}

const WHITE = 255
/** White of 16 bits as libvips scales it to 8. */
const WHITE_16 = 256 * WHITE

/**
 * Decodes a photo with the server's decoder, libvips, compiled to WebAssembly: the first frame, upright by EXIF, sRGB,
 * white where transparent. A large JPEG is reduced while it is decoded, by the same factor as on the server.
 *
 * @param planFor how a photo of this size is resized and cropped
 * @throws Problem with the server's code and detail: `not_an_image`, `unsupported_format`, `too_many_pixels`,
 * `truncated_image`; Failure for a TIFF, which only the server reads
 */
export async function openPhoto(
  vips: Decoder,
  bytes: Uint8Array<ArrayBuffer>,
  maxPixels: number,
  planFor: Plan,
): Promise<OpenedPhoto> {
  const { format } = readHeader(bytes, maxPixels)
  // The server rewrites many of them for libvips, which would misread them here.
  if (format === 'tiff') throw NOT_ON_DEVICE
  const options = { format, maxPixels, planFor }
  if (format === 'avif') {
    const picture = await nativePicture(bytes, maxPixels).catch(rejectUndecodable)
    return { picture, source: { width: picture.width, height: picture.height, format }, orientation: 1 }
  }
  if (format === 'heic') return openHeic(vips, bytes, options)
  const { image = bytes, as = format } = rasterFile(bytes, format, maxPixels)
  const opened = decodeTwice(vips, image, { ...options, format: as })
  return { ...opened, source: { ...opened.source, format } }
}

/** libheif decodes a HEIC, and libvips applies its profile. */
async function openHeic(vips: Decoder, bytes: Uint8Array, { maxPixels, planFor }: Options): Promise<OpenedPhoto> {
  const result = decodeHeic(await loadLibheif(), heicRequest(bytes, maxPixels, heicFactor(planFor)))
  if (result.kind === 'failed') throw new Problem(result.code, result.detail)
  const { tiff, width, height } = result.picture
  const opened = decodeTwice(vips, tiff, { format: 'tiff', maxPixels, planFor })
  return { ...opened, source: { width, height, format: 'heic' } }
}

/** A file for libvips in place of one that it can't read; empty if it can. */
function rasterFile(
  bytes: Uint8Array<ArrayBuffer>,
  format: Format,
  maxPixels: number,
): { image?: Uint8Array<ArrayBufferLike>; as?: Format } {
  if (format === 'bmp') return { image: tiffOf(readBmp(bytes, maxPixels)), as: 'tiff' }
  if (format === 'pnm') return { image: tiffOf(readPnm(bytes, maxPixels)), as: 'tiff' }
  if (format !== 'ico') return {}
  const icon = readIco(bytes, maxPixels)
  return 'png' in icon ? { image: icon.png, as: 'png' } : { image: tiffOf(icon), as: 'tiff' }
}

function tiffOf({ pixels, ...raster }: Raster): Uint8Array {
  const { file, data } = rasterTiff(raster, pixels.BYTES_PER_ELEMENT)
  data.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
  return file
}

/** Decodes a JPEG once more if libjpeg only reported a harmless warning. */
function decodeTwice(vips: Decoder, bytes: Uint8Array, options: Options): OpenedPhoto {
  const { format } = options
  try {
    return decode(vips, bytes, { ...options, failOn: FAIL_ON[format] ?? LENIENT })
  } catch (error) {
    // libvips itself broke off, for lack of memory.
    if (error instanceof WebAssembly.RuntimeError) throw error
    const { losesPixels, harmless } = jpegWarning((error as Error).message)
    if (format !== 'jpeg' || losesPixels || !harmless) return rejectUndecodable(error)
  }
  try {
    return decode(vips, bytes, { ...options, failOn: LENIENT })
  } catch (error) {
    return rejectUndecodable(error)
  }
}

function decode(
  vips: Decoder,
  bytes: Uint8Array,
  { format, maxPixels, planFor, failOn }: Options & { failOn: FailOn },
): OpenedPhoto {
  const images: Image[] = []
  const keep = (image: Image) => {
    images.push(image)
    return image
  }
  try {
    const whole = keep(load(vips, bytes, { fail_on: failOn }))
    if (whole.width * whole.height > maxPixels) throw tooManyPixels(whole.width * whole.height, maxPixels)
    const orientation = orientationOf(whole)
    const source = uprightSize(whole, orientation)
    const factor = format === 'jpeg' ? decodeFactor(source, planFor(source), JPEG_REDUCTION) : 1
    const opened = factor === 1 ? whole : keep(load(vips, bytes, { fail_on: failOn, shrink: factor }))
    return { picture: toRgb(opened, keep), source: { ...source, format }, orientation }
  } finally {
    for (const image of images) image.delete()
  }
}

/** Opens the first frame. The words of a failure are those that the server's library adds. */
function load(vips: Decoder, bytes: Uint8Array, options: { fail_on: FailOn; shrink?: number }): Image {
  try {
    return vips.Image.newFromBuffer(bytes, '', options)
  } catch (error) {
    throw new Error(`Input buffer has corrupt header: ${(error as Error).message}`, { cause: error })
  }
}

function orientationOf(image: Image): number {
  return image.getTypeof('orientation') === 0 ? 1 : image.getInt('orientation')
}

/** The server's steps in its order (sharp, src/pipeline.cc): profile, transparency, orientation, sRGB, 8 bits. */
function toRgb(image: Image, keep: (image: Image) => Image): Picture {
  const profiled = withProfile(image, keep)
  const wide = is16Bit(profiled)
  const background = [wide ? WHITE_16 : WHITE]
  const opaque = profiled.hasAlpha() ? keep(profiled.flatten({ background })) : profiled
  const upright = keep(opaque.autorot())
  const srgb = upright.interpretation === 'srgb' ? upright : keep(upright.colourspace('srgb'))
  const bytes = srgb.format === 'uchar' ? srgb : keep(srgb.cast('uchar'))
  const { width, height, bands } = bytes
  requireGrayOrRgb(Math.min(bands, 3))
  const rgb =
    bands === 1 ? keep(bytes.bandjoin([bytes, bytes])) : bands > 3 ? keep(bytes.extractBand(0, { n: 3 })) : bytes
  return { width, height, pixels: rgb.writeToMemory() as Uint8Array }
}

/** Converts by the embedded profile, and CMYK without one by a common one. An unusable profile is ignored. */
function withProfile(image: Image, keep: (image: Image) => Image): Image {
  const wide = is16Bit(image)
  const target = image.interpretation === 'rgb16' ? 'p3' : 'srgb'
  const intent = 'perceptual'
  if (image.getTypeof('icc-profile-data') !== 0 && image.interpretation !== 'grey16') {
    try {
      return keep(image.iccTransform(target, { embedded: true, depth: wide ? 16 : 8, intent }))
    } catch {
      return image
    }
  }
  if (image.interpretation !== 'cmyk') return image
  return keep(image.iccTransform(target, { input_profile: 'cmyk', intent }))
}

function is16Bit({ interpretation }: Image): boolean {
  return interpretation === 'rgb16' || interpretation === 'grey16'
}
