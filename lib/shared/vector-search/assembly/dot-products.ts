/**
 * Dot products of signed bytes in AssemblyScript with SIMD. Compiled into dot-products-wasm.ts by `npm run wasm`.
 */

/**
 * The dot products of `rows` rows with four queries.
 *
 * @param matrix int8 [rows × width]; `width` is a multiple of 16
 * @param queries int16 [4 × width]: wider than the rows, so that they needn't be widened for each row
 * @param out int32 [rows × 4]
 */
export function dotFour(matrix: usize, rows: i32, width: i32, queries: usize, out: usize): void {
  const stride = (<usize>width) << 1
  let row = matrix
  let to = out
  for (let r = 0; r < rows; r++) {
    let a = i32x4.splat(0)
    let b = a
    let c = a
    let d = a
    let q = queries
    const end = row + <usize>width
    for (; row < end; row += 16, q += 32) {
      const values = v128.load(row)
      const low = i16x8.extend_low_i8x16_s(values)
      const high = i16x8.extend_high_i8x16_s(values)
      let at = q
      a = i32x4.add(a, i32x4.dot_i16x8_s(low, v128.load(at)))
      a = i32x4.add(a, i32x4.dot_i16x8_s(high, v128.load(at, 16)))
      at += stride
      b = i32x4.add(b, i32x4.dot_i16x8_s(low, v128.load(at)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(high, v128.load(at, 16)))
      at += stride
      c = i32x4.add(c, i32x4.dot_i16x8_s(low, v128.load(at)))
      c = i32x4.add(c, i32x4.dot_i16x8_s(high, v128.load(at, 16)))
      at += stride
      d = i32x4.add(d, i32x4.dot_i16x8_s(low, v128.load(at)))
      d = i32x4.add(d, i32x4.dot_i16x8_s(high, v128.load(at, 16)))
    }
    v128.store(to, sums(a, b, c, d))
    to += 16
  }
}

/**
 * The dot products of `rows` rows with one query, int16 [width]. Four rows at a time share the loads of the query.
 *
 * @param rows a multiple of 4
 * @param out int32 [rows]
 */
export function dotOne(matrix: usize, rows: i32, width: i32, query: usize, out: usize): void {
  const stride = <usize>width
  let row = matrix
  let to = out
  for (let r = 0; r < rows; r += 4) {
    let a = i32x4.splat(0)
    let b = a
    let c = a
    let d = a
    let q = query
    const end = row + stride
    for (; row < end; row += 16, q += 32) {
      const lowQuery = v128.load(q)
      const highQuery = v128.load(q, 16)
      let values = v128.load(row)
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(values), lowQuery))
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(values), highQuery))
      let at = row + stride
      values = v128.load(at)
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(values), lowQuery))
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(values), highQuery))
      at += stride
      values = v128.load(at)
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(values), lowQuery))
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(values), highQuery))
      at += stride
      values = v128.load(at)
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(values), lowQuery))
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(values), highQuery))
    }
    row += stride * 3
    v128.store(to, sums(a, b, c, d))
    to += 16
  }
}

function total(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

/** The four totals of four vectors. */
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  return i32x4.replace_lane(
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(total(a)), 1, total(b)), 2, total(c)),
    3,
    total(d),
  )
}
