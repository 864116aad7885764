import { type GreyImage, greyImage, resizeGrey } from './grey-image'

/** What a check needs to know of a photo's pixels. It is computed where the photo is decoded anyway. */
export interface PhotoTraits {
  /** The whole photo, grey, squeezed into a square [PRINT_SIDE × PRINT_SIDE]. */
  print: Uint8Array
  /** Luma of the pixels that 1, 5, and 99 percent of all are darker than, from 0 to 1. */
  luma: { p1: number; p5: number; p99: number }
  /** How much neighboring pixels differ, relative to all pixels; see `sharpnessOf`. */
  sharpness: number
}

export const PRINT_SIDE = 48
/** Everything is computed on a photo of this size: enough for prints, and small enough to cost little. */
const GREY_SIDE = 128

/**
 * Computes the traits of a photo.
 *
 * @param pixels RGB uint8 [height × width × 3], upright
 */
export function photoTraits(pixels: Uint8Array, width: number, height: number): PhotoTraits {
  const grey = greyImage(pixels, width, height, GREY_SIDE)
  return {
    print: Uint8Array.from(resizeGrey(grey, { width: PRINT_SIDE, height: PRINT_SIDE }).values, Math.round),
    luma: percentiles(grey),
    sharpness: rounded(sharpnessOf(grey)),
  }
}

function percentiles({ values }: GreyImage): PhotoTraits['luma'] {
  const histogram = new Uint32Array(256)
  for (const value of values) histogram[Math.round(value)] = (histogram[Math.round(value)] as number) + 1
  const percentile = (share: number) => {
    let [level, darker] = [0, histogram[0] as number]
    while (darker <= share * (values.length - 1)) darker += histogram[++level] as number
    return rounded(level / 255)
  }
  return { p1: percentile(0.01), p5: percentile(0.05), p99: percentile(0.99) }
}

/** Four digits are enough, and keep results small. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}

/**
 * The standard deviation of the Laplacian, divided by that of the image, so that contrast doesn't count. At a fixed size,
 * so that resolution doesn't either: it says how blurred a photo looks as a whole. Source: the variance of the
 * Laplacian, Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
 */
function sharpnessOf({ width, height, values }: GreyImage): number {
  const laplacian = new Float32Array(Math.max(0, width - 2) * Math.max(0, height - 2))
  let count = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      const beside = (values[at - 1] as number) + (values[at + 1] as number)
      const around = beside + (values[at - width] as number) + (values[at + width] as number)
      laplacian[count++] = 4 * (values[at] as number) - around
    }
  }
  const contrast = deviation(values)
  // A plain surface is neither sharp nor blurred.
  return contrast < 1 || count === 0 ? 1 : deviation(laplacian) / contrast
}

function deviation(values: Float32Array): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  const mean = sum / values.length
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2
  return Math.sqrt(squares / values.length)
}
