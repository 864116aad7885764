import type { Geometry, Size } from './geometry'

/** How a photo of this size is resized and cropped. */
export type Plan = (size: Size) => Geometry

/** How a large image is reduced while it is decoded. */
export interface Reduction {
  /** Possible factors, the largest first. */
  factors: readonly number[]
  /** How many times the target size is kept at least, for the resampler to filter from. */
  kept: number
}

/**
 * libjpeg does most of the work for a reduced JPEG at a fraction of the cost, but not as a resampler would: with twice the
 * target size kept, one photo in a hundred gets another label; with four times, one in four hundred (docs/preprocessing.md).
 */
export const JPEG_REDUCTION: Reduction = { factors: [8, 4, 2], kept: 4 }

/** The factor by which to reduce an image while decoding it, or 1. */
export function decodeFactor(source: Size, { box, target }: Geometry, { factors, kept }: Reduction): number {
  const { width, height } = box ?? source
  const leavesEnough = (factor: number) =>
    width >= kept * factor * target.width && height >= kept * factor * target.height
  return factors.find(leavesEnough) ?? 1
}

/** The size of an image that was reduced by a factor while it was decoded. */
export function reducedSize({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
}
