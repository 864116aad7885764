import type { Size } from '../geometry'
import { decodeFactor, type Plan, type Reduction } from '../reduction'
import { heicHeader } from './header'
import type { ToThread } from './protocol'

/**
 * Memory that libheif needs: a base amount, per byte of the file, and per pixel (measured: 2 to 14, depending on depth
 * and chroma).
 */
const MEMORY = { base: 32_000_000, perByte: 3, perPixel: 16 }
/**
 * Factors by which a HEIC is reduced. Its decoder returns block averages, which need less memory and time than the
 * whole image.
 */
const HEIC_REDUCTION: Reduction = { factors: [8, 4, 2], kept: 2 }

/**
 * What the decoder is to do with a HEIC, from its header.
 *
 * @param factorFor the factor by which its sides may be reduced while it is copied out of the decoder, for a size
 * before rotation
 * @throws Problem as `heicHeader`
 */
export function heicRequest(
  image: Uint8Array,
  maxPixels: number,
  factorFor: (size: Size) => number = () => 1,
): ToThread {
  const { size, work } = heicHeader(image, maxPixels)
  // The size in the header limits the decode: an image that turns out larger runs out of memory.
  const pixels = size ? Math.max(size.width * size.height, work) : maxPixels
  const maxBytes = MEMORY.base + MEMORY.perByte * image.length + MEMORY.perPixel * pixels
  return { image, limits: { maxPixels, maxBytes }, factor: size ? factorFor(size) : 1 }
}

/** The factor by which to reduce a HEIC with this header size. The header does not say which way up the image is. */
export function heicFactor(planFor: Plan): (size: Size) => number {
  const factor = (size: Size) => decodeFactor(size, planFor(size), HEIC_REDUCTION)
  return ({ width, height }) => Math.min(factor({ width, height }), factor({ width: height, height: width }))
}
