import { type GreyImage, resizeGrey } from '../grey-image'
import { PRINT_SIDE } from '../photo-traits'

/** A fingerprint made ready to be compared: at several sizes, smallest first. */
export interface Print {
  grey: readonly GreyImage[]
  /** The same without what is larger than a few pixels: edges, and not whether one half is darker than the other. */
  edges: readonly GreyImage[]
  /** Where there is more than a plain frame. */
  content: Box
}

/** A part of a print, each from 0 to 1. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** The sizes at which prints are compared, in pixels. */
const SIDES = [PRINT_SIDE / 4, PRINT_SIDE / 2, PRINT_SIDE]
/** Edges are the difference from the average of this many pixels on each side. */
const RADIUS = 2

/** @param values uint8 [PRINT_SIDE × PRINT_SIDE] */
export function printOf(values: Uint8Array): Print {
  const whole = { width: PRINT_SIDE, height: PRINT_SIDE, values: Float32Array.from(values) }
  const grey = SIDES.map((side) => (side === PRINT_SIDE ? whole : resizeGrey(whole, { width: side, height: side })))
  return { grey, edges: grey.map(withoutAverage), content: contentOf(whole) }
}

/** The share of a photo that is more than a plain frame. */
export function contentArea(values: Uint8Array): number {
  const whole = { width: PRINT_SIDE, height: PRINT_SIDE, values: Float32Array.from(values) }
  const { left, top, right, bottom } = contentOf(whole)
  return Math.max(0, right - left) * Math.max(0, bottom - top)
}

/** How much the pixels of a plain line differ: compression leaves that much. */
const PLAIN = 6

/** The part without the rows and columns at the edges that are as plain as the outermost. */
function contentOf({ width, height, values }: GreyImage): Box {
  const pixel = (x: number, y: number) => values[y * width + x] as number
  const plain = (length: number, at: (i: number) => number) => {
    const line = Array.from({ length }, (_, i) => at(i))
    return Math.max(...line) - Math.min(...line) <= PLAIN
  }
  const row = (y: number) => plain(width, (x) => pixel(x, y))
  const column = (x: number) => plain(height, (y) => pixel(x, y))
  const first = (length: number, isPlain: (at: number) => boolean) => {
    let at = 0
    while (at < length && isPlain(at)) at++
    return at
  }
  const [top, left] = [first(height, row), first(width, column)]
  const bottom = height - first(height - top, (y) => row(height - 1 - y))
  const right = width - first(width - left, (x) => column(width - 1 - x))
  return { left: left / width, top: top / height, right: right / width, bottom: bottom / height }
}

export function mirrored(values: Uint8Array): Uint8Array {
  return values.map((_, at) => values[at - (at % PRINT_SIDE) + PRINT_SIDE - 1 - (at % PRINT_SIDE)] as number)
}

/** Side of descriptors. */
const SIDE = 12

/** A few numbers by which prints of the same photo are found: it doesn't matter how bright they are. [DESCRIPTOR_LENGTH] */
export function descriptorOf(values: Uint8Array): Float32Array {
  const whole = { width: PRINT_SIDE, height: PRINT_SIDE, values: Float32Array.from(values) }
  const small = resizeGrey(whole, { width: SIDE, height: SIDE }).values
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length
  return small.map((value) => value - mean)
}

export const DESCRIPTOR_LENGTH = SIDE * SIDE

function withoutAverage({ width, height, values }: GreyImage): GreyImage {
  // Sums of all pixels above and to the left give the sum of any rectangle.
  const stride = width + 1
  const sums = new Float64Array(stride * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] as number
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] as number) + row
    }
  }
  const out = new Float32Array(values.length)
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - RADIUS), Math.min(height, y + RADIUS + 1)]
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - RADIUS), Math.min(width, x + RADIUS + 1)]
      const sum =
        (sums[bottom * stride + right] as number) -
        (sums[top * stride + right] as number) -
        (sums[bottom * stride + left] as number) +
        (sums[top * stride + left] as number)
      out[y * width + x] = (values[y * width + x] as number) - sum / ((bottom - top) * (right - left))
    }
  }
  return { width, height, values: out }
}
