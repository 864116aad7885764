import type { Geometry, Size } from './geometry'

/** How a photo of this size is resized and cropped. */
export type Plan = (size: Size) => Geometry

/**
 * Factors by which a large JPEG is reduced while decoding. 2 is not among them: libvips then decodes the whole image and
 * downsamples it, which takes as long as our own resampler.
 */
export const JPEG_FACTORS = [8, 4]

/**
 * The factor by which to reduce an image while decoding it. At least twice the target size is kept, enough for the
 * resampler to filter from. libjpeg does most of the reduction at a fraction of the cost.
 */
export function decodeFactor(source: Size, { box, target }: Geometry, factors: readonly number[]): number {
  const { width, height } = box ?? source
  const leavesEnough = (factor: number) => width >= 2 * factor * target.width && height >= 2 * factor * target.height
  return factors.find(leavesEnough) ?? 1
}

/** The size of an image that was reduced by a factor while it was decoded. */
export function reducedSize({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
}
