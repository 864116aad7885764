import type Vips from 'wasm-vips'
import type { Size } from '@/lib/shared/image/geometry'
import type { Picture } from '@/lib/shared/image/model-input'
import { decodeFactor, JPEG_FACTORS, type Plan } from '@/lib/shared/image/reduction'
import { type Format, sniff } from '@/lib/shared/image/sniff'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { FAIL_ON, jpegWarning, LENIENT, rejectUndecodable } from '@/lib/shared/image/undecodable'
import { nativePicture } from './native-picture'

type Decoder = typeof Vips
type Image = Vips.Image
type FailOn = 'truncated' | 'warning' | 'error'

/** A decoded photo, and what it was before it was reduced. */
export interface OpenedPhoto {
  picture: Picture
  source: Size & { format: Format }
  /** The EXIF orientation, 1 to 8, that was applied. */
  orientation: number
}

/** Formats that libvips reads here as it does on the server. The browser itself decodes the others. */
const BY_LIBVIPS: ReadonlySet<Format> = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'pnm'])
const WHITE = 255
/** White of 16 bits as libvips scales it to 8. */
const WHITE_16 = 256 * WHITE

/**
 * Decodes a photo with the server's decoder, libvips, compiled to WebAssembly: the first frame, upright by EXIF, sRGB,
 * white where transparent. A large JPEG is reduced while it is decoded, by the same factor as on the server.
 *
 * @param planFor how a photo of this size is resized and cropped
 * @throws Problem with the server's code and detail: `not_an_image`, `unsupported_format`, `too_many_pixels`,
 * `truncated_image`
 */
export async function openPhoto(
  vips: Decoder,
  bytes: Uint8Array<ArrayBuffer>,
  maxPixels: number,
  planFor: Plan,
): Promise<OpenedPhoto> {
  const format = sniff(bytes)
  if (!BY_LIBVIPS.has(format)) {
    const picture = await nativePicture(bytes, maxPixels).catch(rejectUndecodable)
    return { picture, source: { width: picture.width, height: picture.height, format }, orientation: 1 }
  }
  try {
    return decode(vips, bytes, format, { maxPixels, planFor, failOn: FAIL_ON[format] ?? LENIENT })
  } catch (error) {
    const { losesPixels, harmless } = jpegWarning((error as Error).message)
    if (format !== 'jpeg' || losesPixels || !harmless) return rejectUndecodable(error)
  }
  try {
    return decode(vips, bytes, format, { maxPixels, planFor, failOn: LENIENT })
  } catch (error) {
    return rejectUndecodable(error)
  }
}

function decode(
  vips: Decoder,
  bytes: Uint8Array,
  format: Format,
  { maxPixels, planFor, failOn }: { maxPixels: number; planFor: Plan; failOn: FailOn },
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
    const factor = format === 'jpeg' ? decodeFactor(source, planFor(source), JPEG_FACTORS) : 1
    const opened = factor === 1 ? whole : keep(load(vips, bytes, { fail_on: failOn, shrink: factor }))
    return { picture: toRgb(keep(opened.autorot()), keep), source: { ...source, format }, orientation }
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

/** From 5 on, the sides are swapped. */
function uprightSize({ width, height }: Size, orientation: number): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/** The steps of the server's library in its order (sharp, src/pipeline.cc): profile, transparency, sRGB, 8 bits. */
function toRgb(image: Image, keep: (image: Image) => Image): Picture {
  const profiled = withProfile(image, keep)
  const wide = is16Bit(profiled)
  const background = [wide ? WHITE_16 : WHITE]
  const opaque = profiled.hasAlpha() ? keep(profiled.flatten({ background })) : profiled
  const srgb = opaque.interpretation === 'srgb' ? opaque : keep(opaque.colourspace('srgb'))
  const bytes = srgb.format === 'uchar' ? srgb : keep(srgb.cast('uchar'))
  const { width, height, bands } = bytes
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
