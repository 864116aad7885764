/**
 * The two passes of the resampler in AssemblyScript with SIMD: the arithmetic of resample.ts, two taps at a time. Compiled
 * into resample-wasm.ts by `npm run wasm`.
 *
 * A coefficient of 22 bits is the sum of a low part and 4096 times a high part, both of 16 bits. So the processor's
 * multiplication of 16-bit pairs serves, which is several times as fast as that of 32 bits. The sums are the same, since
 * both wrap at 32 bits. Eight bytes for two taps: the low parts of both, then the high parts.
 */

const PRECISION_BITS: i32 = 22
const HIGH_BITS: i32 = 12
const CHANNELS: i32 = 3
const PAIR_BYTES: i32 = 8

/**
 * Resamples rows `top` to `top + rows` of `source` to `columns` pixels each. The channels of two pixels form one vector.
 *
 * @param pairs for each column, `stride` pairs of taps
 */
export function horizontal(
  source: usize,
  width: i32,
  top: i32,
  rows: i32,
  out: usize,
  columns: i32,
  first: usize,
  count: usize,
  pairs: usize,
  stride: i32,
): void {
  // Two pixels as 16-bit pairs of the same channel.
  const byChannel = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
  const length = <usize>(width * CHANNELS)
  const outLength = <usize>(columns * CHANNELS)
  // Two rows at a time share the taps. The last of an odd number is computed twice.
  for (let y = 0; y < rows; y += 2) {
    const upper = source + <usize>(top + y) * length
    const upperOut = out + <usize>y * outLength
    const isPair = y + 1 < rows
    const distance = isPair ? length : 0
    const outDistance = isPair ? outLength : 0
    for (let x = 0; x < columns; x++) {
      let at = upper + <usize>(load<i32>(first + ((<usize>x) << 2)) * CHANNELS)
      let k = pairs + <usize>(x * stride * PAIR_BYTES)
      const end = k + <usize>(((load<i32>(count + ((<usize>x) << 2)) + 1) >> 1) * PAIR_BYTES)
      let low = i32x4.splat(1 << (PRECISION_BITS - 1))
      let high = i32x4.splat(0)
      let lowBelow = low
      let highBelow = high
      for (; k < end; k += PAIR_BYTES, at += 2 * CHANNELS) {
        const lowTaps = v128.load32_splat(k)
        const highTaps = v128.load32_splat(k, 4)
        const pixels = i8x16.swizzle(v128.load64_zero(at), byChannel)
        low = i32x4.add(low, i32x4.dot_i16x8_s(pixels, lowTaps))
        high = i32x4.add(high, i32x4.dot_i16x8_s(pixels, highTaps))
        const below = i8x16.swizzle(v128.load64_zero(at + distance), byChannel)
        lowBelow = i32x4.add(lowBelow, i32x4.dot_i16x8_s(below, lowTaps))
        highBelow = i32x4.add(highBelow, i32x4.dot_i16x8_s(below, highTaps))
      }
      const to = upperOut + <usize>(x * CHANNELS)
      storePixel(to, low, high)
      storePixel(to + outDistance, lowBelow, highBelow)
    }
  }
}

/**
 * Applies the row taps to `source`, whose rows have `length` bytes and whose first row is `top`.
 *
 * @param pairs for each row, `stride` pairs of taps
 */
export function vertical(
  source: usize,
  length: i32,
  top: i32,
  out: usize,
  rows: i32,
  first: usize,
  count: usize,
  pairs: usize,
  stride: i32,
): void {
  for (let y = 0; y < rows; y++) {
    const from = source + <usize>((load<i32>(first + ((<usize>y) << 2)) - top) * length)
    const taps = pairs + <usize>(y * stride * PAIR_BYTES)
    const n = load<i32>(count + ((<usize>y) << 2))
    const to = out + <usize>(y * length)
    // The last vector of a row may extend into the next row, which is written afterwards.
    for (let x = 0; x < length; x += 16) {
      let lowA = i32x4.splat(1 << (PRECISION_BITS - 1))
      let lowB = lowA
      let lowC = lowA
      let lowD = lowA
      let highA = i32x4.splat(0)
      let highB = highA
      let highC = highA
      let highD = highA
      let at = from + <usize>x
      let k = taps
      for (let tap = 0; tap < n; tap += 2, at += 2 * length, k += PAIR_BYTES) {
        const row = v128.load(at)
        // The second tap of the last pair may be missing. Its coefficient is 0, so any row will do.
        const below = v128.load(tap + 1 < n ? at + length : at)
        const left = i8x16.shuffle(row, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
        const right = i8x16.shuffle(row, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
        const a = i16x8.extend_low_i8x16_u(left)
        const b = i16x8.extend_high_i8x16_u(left)
        const c = i16x8.extend_low_i8x16_u(right)
        const d = i16x8.extend_high_i8x16_u(right)
        const lowTaps = v128.load32_splat(k)
        const highTaps = v128.load32_splat(k, 4)
        lowA = i32x4.add(lowA, i32x4.dot_i16x8_s(a, lowTaps))
        lowB = i32x4.add(lowB, i32x4.dot_i16x8_s(b, lowTaps))
        lowC = i32x4.add(lowC, i32x4.dot_i16x8_s(c, lowTaps))
        lowD = i32x4.add(lowD, i32x4.dot_i16x8_s(d, lowTaps))
        highA = i32x4.add(highA, i32x4.dot_i16x8_s(a, highTaps))
        highB = i32x4.add(highB, i32x4.dot_i16x8_s(b, highTaps))
        highC = i32x4.add(highC, i32x4.dot_i16x8_s(c, highTaps))
        highD = i32x4.add(highD, i32x4.dot_i16x8_s(d, highTaps))
      }
      const ab = i16x8.narrow_i32x4_s(level(lowA, highA), level(lowB, highB))
      const cd = i16x8.narrow_i32x4_s(level(lowC, highC), level(lowD, highD))
      v128.store(to + <usize>x, i8x16.narrow_i16x8_u(ab, cd))
    }
  }
}

/** Sums as levels, which the narrowing to bytes clamps to 0 to 255. */
function level(low: v128, high: v128): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, HIGH_BITS)), PRECISION_BITS)
}

function storePixel(to: usize, low: v128, high: v128): void {
  const words = i16x8.narrow_i32x4_s(level(low, high), i32x4.splat(0))
  const bytes = <u32>i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0)
  store<u16>(to, <u16>bytes)
  store<u8>(to, <u8>(bytes >> 16), 2)
}
