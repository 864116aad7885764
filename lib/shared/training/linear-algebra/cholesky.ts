import type { Work } from '../work'
import { dotTile, TILE_COLUMNS, TILE_ROWS } from './dot-tile'
import { BLOCK, type Matrix } from './matrix'

const tile = new Float64Array(TILE_ROWS * TILE_COLUMNS)

/**
 * Replaces the lower triangle of a symmetric matrix [n × n] by its Cholesky factor L, with L × Lᵀ = the matrix. Where a
 * row adds nothing to the rows before it, because its pivot is at most `tolerance`, its column becomes zero: this
 * factors semidefinite matrices too. Values above the diagonal are ignored.
 */
export function* cholesky(a: Matrix, tolerance = 0): Work<void> {
  for (let i = 0; i < a.rows; i += BLOCK) {
    for (let j = 0; j < i; j += BLOCK) {
      subtractProducts(a, i, j)
      for (let row = i; row < i + BLOCK; row++) solveRow(a, row, j, j + BLOCK)
    }
    subtractProducts(a, i, i)
    for (let row = i; row < i + BLOCK; row++) {
      solveRow(a, row, i, row)
      setPivot(a, row, i, tolerance)
    }
    yield
  }
}

/** Subtracts from the block at (i, j) what the columns before j explain. */
function subtractProducts(a: Matrix, i: number, j: number): void {
  const { values, columns } = a
  for (let half = j; half < j + BLOCK; half += TILE_COLUMNS) {
    dotTile(a, i, a, half, j, tile)
    for (let p = 0; p < TILE_ROWS; p++) {
      const at = (i + p) * columns + half
      values[at] = (values[at] as number) - (tile[2 * p] as number)
      values[at + 1] = (values[at + 1] as number) - (tile[2 * p + 1] as number)
    }
  }
}

/** Solves the columns `from` to `to` of a row against the rows of L on the diagonal. */
function solveRow({ values, columns }: Matrix, row: number, from: number, to: number): void {
  for (let j = from; j < to; j++) {
    let sum = values[row * columns + j] as number
    for (let k = from; k < j; k++) sum -= (values[row * columns + k] as number) * (values[j * columns + k] as number)
    const pivot = values[j * columns + j] as number
    values[row * columns + j] = pivot === 0 ? 0 : sum / pivot
  }
}

function setPivot({ values, columns }: Matrix, row: number, from: number, tolerance: number): void {
  let sum = values[row * columns + row] as number
  for (let k = from; k < row; k++) sum -= (values[row * columns + k] as number) ** 2
  values[row * columns + row] = sum > tolerance ? Math.sqrt(sum) : 0
}
