import type { Work } from '../work'
import { dotTile, TILE_COLUMNS, TILE_ROWS } from './dot-tile'
import type { Matrix } from './matrix'

/** Columns that are multiplied at a time, so that both factors stay in the cache. */
const PANEL = 256

/**
 * Adds a × aᵀ to the lower triangle of `out`, and to a few values above its diagonal.
 *
 * @param a [m × p]
 * @param out [m × m]
 */
export function* addGram(out: Matrix, a: Matrix): Work<void> {
  for (let from = 0; from < a.columns; from += PANEL) {
    const panel = columns(a, from, Math.min(a.columns, from + PANEL))
    for (let i = 0; i < a.rows; i += TILE_ROWS) {
      for (let j = 0; j < i + TILE_ROWS; j += TILE_COLUMNS) addTile(out, panel, i, panel, j)
      yield
    }
  }
}

/**
 * a × bᵀ, row by row.
 *
 * @param a [m × p]
 * @param b [k × p]
 * @param out [m × k], zeros
 */
export function* timesTransposed(out: Matrix, a: Matrix, b: Matrix): Work<void> {
  for (let i = 0; i < a.rows; i += TILE_ROWS) {
    for (let j = 0; j < b.rows; j += TILE_COLUMNS) addTile(out, a, i, b, j)
    yield
  }
}

const tile = new Float64Array(TILE_ROWS * TILE_COLUMNS)

function addTile(out: Matrix, a: Matrix, i: number, b: Matrix, j: number): void {
  dotTile(a, i, b, j, a.columns, tile)
  const { values, columns } = out
  for (let p = 0; p < TILE_ROWS; p++) {
    const at = (i + p) * columns + j
    values[at] = (values[at] as number) + (tile[2 * p] as number)
    values[at + 1] = (values[at + 1] as number) + (tile[2 * p + 1] as number)
  }
}

function columns(a: Matrix, from: number, to: number): Matrix {
  if (from === 0 && to === a.columns) return a
  const values = new Float64Array(a.rows * (to - from))
  for (let i = 0; i < a.rows; i++) {
    values.set(a.values.subarray(i * a.columns + from, i * a.columns + to), i * (to - from))
  }
  return { rows: a.rows, columns: to - from, values }
}
