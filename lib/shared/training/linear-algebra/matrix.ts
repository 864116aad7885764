/** Row-major values [rows × columns]. */
export interface Matrix {
  rows: number
  columns: number
  values: Float64Array
}

/** Sizes of matrices are multiples of this, so that no loop has a remainder. The rest is zero. */
export const BLOCK = 4

/** The next multiple of `BLOCK`. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Zeros, with both sizes rounded up to multiples of `BLOCK`. */
export function zeros(rows: number, columns: number): Matrix {
  const [height, width] = [padded(rows), padded(columns)]
  return { rows: height, columns: width, values: new Float64Array(height * width) }
}

/** One row as a view. */
export function row({ columns, values }: Matrix, index: number): Float64Array {
  return values.subarray(index * columns, (index + 1) * columns)
}
