/**
 * The two passes of the resampler in AssemblyScript with SIMD: the arithmetic of resample.ts, four or sixteen values at
 * a time. Compiled into resample-wasm.ts by `npm run wasm`.
 */

const PRECISION_BITS: i32 = 22
const CHANNELS: i32 = 3

/**
 * Resamples rows `top` to `top + rows` of `source` to `columns` pixels each. The channels of one pixel form one vector.
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
  coefficients: usize,
  stride: i32,
): void {
  let to = out
  for (let y = 0; y < rows; y++) {
    const row = source + <usize>((top + y) * width * CHANNELS)
    for (let x = 0; x < columns; x++) {
      let at = row + <usize>(load<i32>(first + ((<usize>x) << 2)) * CHANNELS)
      let k = coefficients + ((<usize>(x * stride)) << 2)
      const end = k + ((<usize>load<i32>(count + ((<usize>x) << 2))) << 2)
      let sums = i32x4.splat(1 << (PRECISION_BITS - 1))
      for (; k < end; k += 4, at += CHANNELS) {
        const pixel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)))
        sums = i32x4.add(sums, i32x4.mul(pixel, v128.load32_splat(k)))
      }
      store<u32>(to, bytes(sums))
      to += CHANNELS
    }
  }
}

/** Applies the row taps to `source`, whose rows have `length` bytes and whose first row is `top`. */
export function vertical(
  source: usize,
  length: i32,
  top: i32,
  out: usize,
  rows: i32,
  first: usize,
  count: usize,
  coefficients: usize,
  stride: i32,
): void {
  for (let y = 0; y < rows; y++) {
    const from = source + <usize>((load<i32>(first + ((<usize>y) << 2)) - top) * length)
    const taps = coefficients + ((<usize>(y * stride)) << 2)
    const n = load<i32>(count + ((<usize>y) << 2))
    const to = out + <usize>(y * length)
    // The last vector of a row may extend into the next row, which is written afterwards.
    for (let x = 0; x < length; x += 16) {
      let a = i32x4.splat(1 << (PRECISION_BITS - 1))
      let b = a
      let c = a
      let d = a
      let at = from + <usize>x
      for (let k = 0; k < n; k++, at += length) {
        const values = v128.load(at)
        const low = i16x8.extend_low_i8x16_u(values)
        const high = i16x8.extend_high_i8x16_u(values)
        const weight = v128.load32_splat(taps + ((<usize>k) << 2))
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight))
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight))
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight))
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight))
      }
      const ab = i16x8.narrow_i32x4_s(i32x4.shr_s(a, PRECISION_BITS), i32x4.shr_s(b, PRECISION_BITS))
      const cd = i16x8.narrow_i32x4_s(i32x4.shr_s(c, PRECISION_BITS), i32x4.shr_s(d, PRECISION_BITS))
      v128.store(to + <usize>x, i8x16.narrow_i16x8_u(ab, cd))
    }
  }
}

/** Four sums as bytes, clamped to 0 to 255 by the narrowing itself. */
function bytes(sums: v128): u32 {
  const words = i16x8.narrow_i32x4_s(i32x4.shr_s(sums, PRECISION_BITS), i32x4.splat(0))
  return <u32>i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0)
}
