import type { Work } from '../work'
import { dotTile, TILE_COLUMNS, TILE_ROWS } from './dot-tile'
import { BLOCK, type Matrix } from './matrix'

const tile = new Float64Array(TILE_ROWS * TILE_COLUMNS)

/**
 * Solves L × Lᵀ × x = b for each row b, in place.
 *
 * @param lower the Cholesky factor L [n × n]; a pivot of zero makes the value zero
 * @param b [k × n]
 */
export function* solve(lower: Matrix, b: Matrix): Work<void> {
  yield* solveLower(lower, b)
  yield* solveTransposed(lower, b)
}

/** Solves L × x = b for each row b, in place. */
export function* solveLower(lower: Matrix, b: Matrix): Work<void> {
  for (let i = 0; i < lower.rows; i += BLOCK) {
    forward(lower, b, i)
    yield
  }
}

/** Solves Lᵀ × x = b for each row b, in place. */
export function* solveTransposed(lower: Matrix, b: Matrix): Work<void> {
  for (let i = lower.rows - BLOCK; i >= 0; i -= BLOCK) {
    for (let row = 0; row < b.rows; row++) backward(lower, b, row, i)
    yield
  }
}

/** Solves four values of every row of b. */
function forward(lower: Matrix, b: Matrix, i: number): void {
  const { values: l, columns } = lower
  const x = b.values
  for (let row = 0; row < b.rows; row += TILE_COLUMNS) {
    dotTile(lower, i, b, row, i, tile)
    for (let right = 0; right < TILE_COLUMNS; right++) {
      const at = (row + right) * b.columns
      for (let p = i; p < i + BLOCK; p++) {
        let sum = (x[at + p] as number) - (tile[2 * (p - i) + right] as number)
        for (let k = i; k < p; k++) sum -= (l[p * columns + k] as number) * (x[at + k] as number)
        const pivot = l[p * columns + p] as number
        x[at + p] = pivot === 0 ? 0 : sum / pivot
      }
    }
  }
}

/** Solves four values of one row of b from the last ones, and subtracts what they explain of the others. */
function backward({ values: l, columns }: Matrix, b: Matrix, row: number, i: number): void {
  const x = b.values
  const at = row * b.columns
  for (let p = i + BLOCK - 1; p >= i; p--) {
    let sum = x[at + p] as number
    for (let k = p + 1; k < i + BLOCK; k++) sum -= (l[k * columns + p] as number) * (x[at + k] as number)
    const pivot = l[p * columns + p] as number
    x[at + p] = pivot === 0 ? 0 : sum / pivot
  }
  const [l0, l1, l2, l3] = [i * columns, (i + 1) * columns, (i + 2) * columns, (i + 3) * columns]
  const x0 = x[at + i] as number
  const x1 = x[at + i + 1] as number
  const x2 = x[at + i + 2] as number
  const x3 = x[at + i + 3] as number
  for (let k = 0; k < i; k++) {
    const explained =
      x0 * (l[l0 + k] as number) + x1 * (l[l1 + k] as number) + x2 * (l[l2 + k] as number) + x3 * (l[l3 + k] as number)
    x[at + k] = (x[at + k] as number) - explained
  }
}
