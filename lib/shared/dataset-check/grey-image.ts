/** A grey image: values from 0 to 255, row by row. */
export interface GreyImage {
  width: number
  height: number
  /** [height × width] */
  values: Float32Array
}

const CHANNELS = 3
/** Rec. 601 luma, as Pillow's mode L has it, in 256ths. */
const [RED, GREEN, BLUE] = [77, 150, 29]

/**
 * Reduces RGB pixels to a grey image by averaging. A side that is shorter than asked for isn't enlarged.
 *
 * @param pixels RGB uint8 [height × width × 3]
 * @param longestSide of the result, in pixels
 */
export function greyImage(pixels: Uint8Array, width: number, height: number, longestSide: number): GreyImage {
  const scale = Math.min(1, longestSide / Math.max(width, height))
  const target = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const values = new Float32Array(target.width * target.height)
  // Each pixel counts for the cell that its center lies in: exact areas take three times as long.
  const start = (cell: number, cells: number, length: number) => Math.ceil((cell * length) / cells - 0.5)
  const ends = Int32Array.from({ length: target.width }, (_, x) => start(x + 1, target.width, width))
  const sums = new Float64Array(target.width)
  for (let row = 0, y = 0; row < target.height; row++) {
    const end = start(row + 1, target.height, height)
    const first = y
    sums.fill(0)
    for (; y < end; y++) addRow(pixels, y * width * CHANNELS, ends, sums)
    for (let column = 0, from = 0; column < target.width; column++) {
      const to = ends[column] as number
      values[row * target.width + column] = (sums[column] as number) / (256 * (to - from) * (end - first))
      from = to
    }
  }
  return { ...target, values }
}

/** Adds the luma of a row of pixels to the sums of its cells, in 256ths. */
function addRow(pixels: Uint8Array, start: number, ends: Int32Array, sums: Float64Array): void {
  let at = start
  for (let column = 0; column < ends.length; column++) {
    const end = start + CHANNELS * (ends[column] as number)
    let [red, green, blue] = [0, 0, 0]
    for (; at < end; at += CHANNELS) {
      red += pixels[at] as number
      green += pixels[at + 1] as number
      blue += pixels[at + 2] as number
    }
    sums[column] = (sums[column] as number) + RED * red + GREEN * green + BLUE * blue
  }
}

/**
 * Resizes a grey image to exactly this size by averaging areas, or by repeating pixels where it is enlarged. Parts of
 * pixels count by their area.
 */
export function resizeGrey({ width, height, values }: GreyImage, to: { width: number; height: number }): GreyImage {
  const wide = new Float32Array(to.width * height)
  for (let x = 0; x < to.width; x++) {
    const taps = areaTaps(x, to.width, width)
    for (let y = 0; y < height; y++) wide[y * to.width + x] = weighted(values, y * width, 1, taps)
  }
  const out = new Float32Array(to.width * to.height)
  for (let y = 0; y < to.height; y++) {
    const taps = areaTaps(y, to.height, height)
    for (let x = 0; x < to.width; x++) out[y * to.width + x] = weighted(wide, x, to.width, taps)
  }
  return { ...to, values: out }
}

interface Taps {
  first: number
  weights: number[]
}

/** The pixels that one pixel of a resized line covers, and how much of it each makes up. */
function areaTaps(at: number, length: number, from: number): Taps {
  const [start, end] = [(at * from) / length, ((at + 1) * from) / length]
  const first = Math.floor(start)
  const last = Math.min(from, Math.ceil(end - 1e-9))
  const weights = Array.from({ length: last - first }, (_, i) => {
    return (Math.min(end, first + i + 1) - Math.max(start, first + i)) / (end - start)
  })
  return { first, weights }
}

function weighted(values: Float32Array, offset: number, step: number, { first, weights }: Taps): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++)
    sum += (weights[i] as number) * (values[offset + (first + i) * step] as number)
  return sum
}
