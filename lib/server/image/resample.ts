import type { Geometry, Size } from './geometry'
import type { Interpolation } from './preprocessor'
import { columnsThenRows, rowsThenColumns } from './resample-passes'
import type { Taps } from './taps'

/**
 * Pillow's separable resampler for 8-bit channels, bit for bit: an antialiasing filter whose support grows with the
 * scale, coefficients in 22-bit fixed point, one pass per axis. Only the pixels of the crop are computed. Source:
 * Pillow, src/libImaging/Resample.c and Geometry.c (HPND license).
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
  // Pillow stores these two constants in single precision.
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
const CHANNELS = 3

/** Filter taps of the output pixels `from` to `from + length` when `input` pixels become `output`. */
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
      // As in Pillow, multiply by the inverse instead of dividing, which rounds differently.
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

/**
 * The input pixel of each output pixel in Pillow's nearest-neighbor mode, which accumulates positions with rounding
 * errors.
 */
function nearestPositions(input: number, output: number, from: number, length: number): Int32Array {
  const scale = input / output
  const positions = new Int32Array(length)
  let at = scale * 0.5
  for (let i = 0; i < from + length; i++, at += scale) {
    if (i >= from) positions[i - from] = Math.min(input - 1, Math.trunc(at))
  }
  return positions
}

function nearest(
  source: Uint8Array,
  { width, height }: Size,
  { target, crop }: Pick<Geometry, 'target' | 'crop'>,
): Uint8Array {
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
export function resample(
  source: Uint8Array,
  size: Size,
  geometry: Pick<Geometry, 'target' | 'crop'>,
  interpolation: Interpolation,
): Uint8Array {
  if (interpolation === 'nearest') return nearest(source, size, geometry)
  const { target, crop } = geometry
  const filter = FILTERS[interpolation]
  const columns = taps(filter, size.width, target.width, crop.left, crop.width)
  const rows = taps(filter, size.height, target.height, crop.top, crop.height)
  return verticalFirst(size, target)
    ? rowsThenColumns(source, size.width, columns, rows)
    : columnsThenRows(source, size.width, columns, rows)
}

/**
 * Which pass Pillow 13 does first. Each pass rounds to 8 bits, so the order affects the last bit. The rule was found by
 * comparing both orders over many sizes.
 */
function verticalFirst(size: Size, target: Size): boolean {
  const shorter = size.height - target.height
  return shorter > 0 && shorter > 2 * (size.width - target.width)
}
