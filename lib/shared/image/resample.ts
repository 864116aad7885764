import type { Area } from '@/lib/shared/crop/crop'
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

/** One axis of a resize: `length` pixels from `start` of `input` pixels become `output` pixels. */
interface Axis {
  input: number
  start: number
  length: number
  output: number
}

/** Both axes of a resize. A box may read pixels around it, as in Pillow: the filter doesn't end at its edge. */
function axes(size: Size, target: Size, box: Area | null): { x: Axis; y: Axis } {
  const { left, top, width, height } = box ?? { left: 0, top: 0, ...size }
  return { x: axis(size.width, left, width, target.width), y: axis(size.height, top, height, target.height) }
}

/** Pillow computes with the edges of a box in single precision, in which all whole numbers up to 16 million are exact. */
function axis(input: number, from: number, length: number, output: number): Axis {
  const start = Math.fround(from)
  return { input, start, length: Math.fround(Math.fround(from + length) - start), output }
}

/** Filter taps of the output pixels `from` to `from + length`. */
function taps(filter: Filter, { input, start, length: span, output }: Axis, from: number, length: number): Taps {
  const scale = span / output
  const stretch = Math.max(scale, 1)
  const support = filter.support * stretch
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(length)
  const count = new Int32Array(length)
  const coefficients = new Int32Array(length * stride)
  const weights = new Float64Array(stride)
  for (let i = 0; i < length; i++) {
    const centre = start + (from + i + 0.5) * scale
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
function nearestPositions({ input, start, length: span, output }: Axis, from: number, length: number): Int32Array {
  const scale = span / output
  const positions = new Int32Array(length)
  let at = start + scale * 0.5
  for (let i = 0; i < from + length; i++, at += scale) {
    if (i >= from) positions[i - from] = Math.min(input - 1, Math.trunc(at))
  }
  return positions
}

function nearest(
  source: Uint8Array,
  { width }: Size,
  { x, y }: ReturnType<typeof axes>,
  crop: Area,
  out: Uint8Array,
): Uint8Array {
  const columns = nearestPositions(x, crop.left, crop.width)
  const rows = nearestPositions(y, crop.top, crop.height)
  let o = 0
  for (const row of rows) {
    for (const column of columns) {
      const at = (row * width + column) * CHANNELS
      out[o++] = source[at] as number
      out[o++] = source[at + 1] as number
      out[o++] = source[at + 2] as number
    }
  }
  return out
}

/**
 * Resizes to `geometry.target` and crops, as Pillow's `resize` (with `box`) and `crop` would.
 *
 * @param source RGB uint8 [height × width × 3]
 * @param out receives RGB uint8 [crop.height × crop.width × 3], and is returned
 */
export function resample(
  source: Uint8Array,
  size: Size,
  { target, crop, box = null }: Pick<Geometry, 'target' | 'crop'> & Partial<Pick<Geometry, 'box'>>,
  interpolation: Interpolation,
  out: Uint8Array = new Uint8Array(crop.width * crop.height * CHANNELS),
): Uint8Array {
  const { x, y } = axes(size, target, box)
  if (interpolation === 'nearest') return nearest(source, size, { x, y }, crop, out)
  const filter = FILTERS[interpolation]
  const columns = taps(filter, x, crop.left, crop.width)
  const rows = taps(filter, y, crop.top, crop.height)
  const job = { source, width: size.width, columns, rows, out }
  return verticalFirst(size, target) ? rowsThenColumns(job) : columnsThenRows(job)
}

/**
 * Which pass Pillow 13 does first. Each pass rounds to 8 bits, so the order affects the last bit. The rule was found by
 * comparing both orders over many sizes.
 */
function verticalFirst(size: Size, target: Size): boolean {
  const shorter = size.height - target.height
  return shorter > 0 && shorter > 2 * (size.width - target.width)
}
