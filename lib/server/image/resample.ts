import type { Geometry, Size } from './geometry'
import type { Interpolation } from './preprocessor'

/**
 * Pillow's separable resampler for 8-bit channels, bit for bit: an antialiasing filter whose support grows with the
 * scale, coefficients in 22-bit fixed point, a pass along each axis. Only the pixels of the crop are computed. Source of the arithmetic: Pillow, src/libImaging/Resample.c and Geometry.c (HPND licence).
 */

interface Filter {
  support: number
  weight(x: number): number
}

const triangle = (x: number) => Math.max(0, 1 - Math.abs(x))
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

/** Keys' cubic with a = -0.5. */
function cubic(value: number): number {
  const a = -0.5
  const x = Math.abs(value)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
}

function hamming(value: number): number {
  const x = Math.abs(value)
  if (x === 0) return 1
  // Pillow has these two constants in single precision.
  return x >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI))
}

const FILTERS: Record<Exclude<Interpolation, 'nearest'>, Filter> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: triangle },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: cubic },
  lanczos3: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

const PRECISION_BITS = 22
const HALF = 1 << (PRECISION_BITS - 1)
const CHANNELS = 3

/** For each output pixel of one axis: the first input pixel it reads, and its fixed-point coefficients. */
interface Taps {
  first: Int32Array
  count: Int32Array
  coefficients: Int32Array
  /** Coefficients reserved for each output pixel. */
  stride: number
}

/** Taps of the output pixels `from` to `from + length` where `input` pixels become `output`. */
function taps(filter: Filter, input: number, output: number, from: number, length: number): Taps {
  const scale = input / output
  const stretch = Math.max(scale, 1)
  const support = filter.support * stretch
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(length)
  const count = new Int32Array(length)
  const coefficients = new Int32Array(length * stride)
  const weights = new Float64Array(stride)
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale
    const low = Math.max(0, Math.trunc(centre - support + 0.5))
    const high = Math.min(input, Math.trunc(centre + support + 0.5))
    let sum = 0
    for (let x = 0; x < high - low; x++) {
      // The division is Pillow's: a multiplication by the inverse, which rounds differently.
      weights[x] = filter.weight((x + low - centre + 0.5) * (1 / stretch))
      sum += weights[x] as number
    }
    for (let x = 0; x < high - low; x++) {
      const weight = (sum === 0 ? (weights[x] as number) : (weights[x] as number) / sum) * (1 << PRECISION_BITS)
      coefficients[i * stride + x] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5)
    }
    first[i] = low
    count[i] = high - low
  }
  return { first, count, coefficients, stride }
}

/** Rows `top` to `top + rows` of `source`, each resampled to the columns of `taps`. */
function horizontal(source: Uint8Array, width: number, top: number, rows: number, columns: Taps): Uint8Array {
  const length = columns.first.length
  // Clamped: the negative lobes of a filter leave 0 to 255.
  const out = new Uint8ClampedArray(rows * length * CHANNELS)
  let o = 0
  for (let y = 0; y < rows; y++) {
    const row = (top + y) * width
    for (let x = 0; x < length; x++) {
      let [r, g, b] = [HALF, HALF, HALF]
      let at = (row + (columns.first[x] as number)) * CHANNELS
      const end = x * columns.stride + (columns.count[x] as number)
      for (let k = x * columns.stride; k < end; k++) {
        const weight = columns.coefficients[k] as number
        r += (source[at] as number) * weight
        g += (source[at + 1] as number) * weight
        b += (source[at + 2] as number) * weight
        at += CHANNELS
      }
      out[o++] = r >> PRECISION_BITS
      out[o++] = g >> PRECISION_BITS
      out[o++] = b >> PRECISION_BITS
    }
  }
  return new Uint8Array(out.buffer)
}

/** The rows of `taps` over `source`, whose first row is row `top` of the picture. */
function vertical(source: Uint8Array, width: number, top: number, rows: Taps): Uint8Array {
  const length = rows.first.length
  const stride = width * CHANNELS
  const out = new Uint8ClampedArray(length * stride)
  const sums = new Int32Array(stride)
  for (let y = 0; y < length; y++) {
    sums.fill(HALF)
    for (let k = 0; k < (rows.count[y] as number); k++) {
      const weight = rows.coefficients[y * rows.stride + k] as number
      const at = ((rows.first[y] as number) - top + k) * stride
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] as number) + (source[at + x] as number) * weight
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = (sums[x] as number) >> PRECISION_BITS
  }
  return new Uint8Array(out.buffer)
}

/** Input pixel of each output pixel by Pillow's nearest: positions are added up, with the rounding that has. */
function nearestPositions(input: number, output: number, from: number, length: number): Int32Array {
  const scale = input / output
  const positions = new Int32Array(length)
  let at = scale * 0.5
  for (let i = 0; i < from + length; i++, at += scale) {
    if (i >= from) positions[i - from] = Math.min(input - 1, Math.trunc(at))
  }
  return positions
}

function nearest(source: Uint8Array, { width, height }: Size, { target, crop }: Geometry): Uint8Array {
  const columns = nearestPositions(width, target.width, crop.left, crop.width)
  const rows = nearestPositions(height, target.height, crop.top, crop.height)
  const out = new Uint8Array(crop.width * crop.height * CHANNELS)
  let o = 0
  for (const y of rows) {
    for (const x of columns) {
      const at = (y * width + x) * CHANNELS
      out[o++] = source[at] as number
      out[o++] = source[at + 1] as number
      out[o++] = source[at + 2] as number
    }
  }
  return out
}

/**
 * Resizes to `geometry.target` and crops, as Pillow's `resize` and `crop` would.
 *
 * @param source RGB uint8 [height × width × 3]
 * @returns RGB uint8 [crop.height × crop.width × 3]
 */
export function resample(source: Uint8Array, size: Size, geometry: Geometry, interpolation: Interpolation): Uint8Array {
  if (interpolation === 'nearest') return nearest(source, size, geometry)
  const { target, crop } = geometry
  const filter = FILTERS[interpolation]
  const columns = taps(filter, size.width, target.width, crop.left, crop.width)
  const rows = taps(filter, size.height, target.height, crop.top, crop.height)
  if (verticalFirst(size, target)) {
    return horizontal(vertical(source, size.width, 0, rows), size.width, 0, crop.height, columns)
  }
  // Rows that no output row reads are not resampled.
  const top = rows.first[0] as number
  const last = rows.first.length - 1
  const bottom = (rows.first[last] as number) + (rows.count[last] as number)
  return vertical(horizontal(source, size.width, top, bottom - top, columns), crop.width, top, rows)
}

/**
 * Which pass Pillow 13 does first. Each rounds to 8 bits, so the order shows in the last one. The rule was found by
 * comparing with both orders over many sizes.
 */
function verticalFirst(size: Size, target: Size): boolean {
  const shorter = size.height - target.height
  return shorter > 0 && shorter > 2 * (size.width - target.width)
}
