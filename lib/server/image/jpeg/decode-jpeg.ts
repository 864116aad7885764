import { type Size, uprightSize } from '@/lib/shared/image/geometry'
import { decodeFactor, JPEG_REDUCTION, type Plan } from '@/lib/shared/image/reduction'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { type FailOn, requireGrayOrRgb } from '@/lib/shared/image/undecodable'
import { type PixelMemory, PixelPool } from '../pixel-memory'
import { Libvips, type VipsImage } from './libvips'

const RGB = 3
/** Whole photos. */
const pool = new PixelPool()

export interface DecodedJpeg extends PixelMemory, Size {
  /** 1 for gray, otherwise 3. */
  bands: number
  /** Of the whole photo, upright. */
  source: Size
}

let opening: Promise<Libvips | Error> | undefined

/** libvips, or why it can't be called on this platform. It is looked for once. */
export function openLibvips(): Promise<Libvips | Error> {
  opening ??= Libvips.open().catch((error: Error) => error)
  return opening
}

/**
 * Decodes a JPEG upright and in sRGB, at a fraction of its size if it is large. The steps and their order are those of
 * sharp (src/pipeline.cc), so that the pixels of a photo of the same size are the same.
 *
 * @param planFor how a photo of this size is resized and cropped
 * @returns pixels that the caller frees
 * @throws Problem `too_many_pixels`, `unsupported_format`; Error with the decoder's words
 */
export async function decodeJpeg(
  vips: Libvips,
  bytes: Uint8Array,
  { maxPixels, planFor, failOn }: { maxPixels: number; planFor: Plan; failOn: FailOn },
): Promise<DecodedJpeg> {
  const images: VipsImage[] = []
  const keep = (image: VipsImage) => {
    images.push(image)
    return image
  }
  try {
    const whole = keep(openHeader(vips, bytes, 1, failOn))
    if (whole.width * whole.height > maxPixels) throw tooManyPixels(whole.width * whole.height, maxPixels)
    const { orientation } = whole
    const source = uprightSize(whole, orientation)
    const shrink = decodeFactor(source, planFor(source), JPEG_REDUCTION)
    const opened = shrink === 1 ? whole : keep(openHeader(vips, bytes, shrink, failOn))
    const coloured = inSrgb(opened, keep)
    const upright = orientation === 1 ? coloured : keep(keep(await coloured.inMemory()).upright())
    const picture = upright.bands > RGB ? keep(upright.firstBands(RGB)) : upright
    requireGrayOrRgb(picture.bands)
    return { ...(await pixelsOf(picture)), source }
  } finally {
    for (const image of images.reverse()) image.close()
  }
}

async function pixelsOf(picture: VipsImage): Promise<PixelMemory & Size & { bands: number }> {
  const { width, height, bands } = picture
  const memory = pool.take(width * height * bands)
  try {
    await picture.readInto(memory.pixels)
  } catch (error) {
    memory.free()
    throw error
  }
  return { ...memory, width, height, bands }
}

/** The words of a failure are those that sharp adds. */
function openHeader(vips: Libvips, bytes: Uint8Array, shrink: number, failOn: FailOn): VipsImage {
  try {
    return vips.openJpeg(bytes, { shrink, failOn })
  } catch (error) {
    throw new Error(`Input buffer has corrupt header: ${(error as Error).message}`, { cause: error })
  }
}

/** An unusable profile is ignored. */
function inSrgb(image: VipsImage, keep: (image: VipsImage) => VipsImage): VipsImage {
  const profiled = byProfile(image, keep)
  return profiled.isSrgb || profiled.bands === 1 ? profiled : keep(profiled.toSrgb())
}

function byProfile(image: VipsImage, keep: (image: VipsImage) => VipsImage): VipsImage {
  if (!image.hasProfile && !image.isCmyk) return image
  try {
    return keep(image.toSrgbByProfile())
  } catch (error) {
    if (image.hasProfile) return image
    throw error
  }
}
