import type { ExplainMethod } from '../contract/explain'

/** Cells along each side of a heatmap and of the masks it is computed from. */
export const CELLS = 28

/** Cells along each side of RISE's random grid, and the share of them that stays visible. */
const RISE_GRID = 7
const RISE_VISIBLE = 0.4
const RISE_MASKS = 320

/** Sizes of the occluding windows, and the step between their positions, in cells. */
const WINDOWS = [
  { side: 8, step: 2 },
  { side: 12, step: 4 },
]

/** The number of masks that a method uses. */
export function maskCount(method: ExplainMethod): number {
  return method === 'rise' ? RISE_MASKS : WINDOW_POSITIONS.length
}

/**
 * The visible fraction of each cell, 0 to 1, row by row [CELLS × CELLS]. Deterministic per mask number, so that a
 * heatmap can be reproduced.
 */
export function maskOf(method: ExplainMethod, number: number): Float32Array {
  return method === 'rise' ? riseMask(number) : windowMask(number)
}

/**
 * A coarse random grid, upsampled smoothly and shifted by a random fraction of a cell (Petsiuk, Das, Saenko: RISE,
 * 2018, section 3.2).
 */
function riseMask(number: number): Float32Array {
  const random = randomNumbers(number + 1)
  const side = RISE_GRID + 1
  const coarse = Float32Array.from({ length: side * side }, () => (random() < RISE_VISIBLE ? 1 : 0))
  const [left, top] = [random(), random()]
  const scale = RISE_GRID / CELLS
  const mask = new Float32Array(CELLS * CELLS)
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      mask[y * CELLS + x] = interpolate(coarse, side, left + scale * x, top + scale * y)
    }
  }
  return mask
}

/**
 * All positions of all windows, as their top-left cells. They extend beyond the edges, so that edge cells are hidden as
 * often as the others.
 */
const WINDOW_POSITIONS = WINDOWS.flatMap(({ side, step }) => {
  const starts = Array.from({ length: Math.ceil((CELLS + side - 2) / step) }, (_, i) => step * i - side + 2)
  return starts.flatMap((top) => starts.map((left) => ({ left, top, side })))
})

function windowMask(number: number): Float32Array {
  const mask = new Float32Array(CELLS * CELLS).fill(1)
  const position = WINDOW_POSITIONS[number]
  if (!position) return mask
  const inside = (at: number, from: number) => at >= from && at < from + position.side
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) if (inside(x, position.left) && inside(y, position.top)) mask[y * CELLS + x] = 0
  }
  return mask
}

/** Bilinear interpolation between the points of a grid, which lie at integer coordinates. */
function interpolate(grid: Float32Array, side: number, x: number, y: number): number {
  const [x0, y0] = [Math.min(Math.floor(x), side - 1), Math.min(Math.floor(y), side - 1)]
  const [x1, y1] = [Math.min(x0 + 1, side - 1), Math.min(y0 + 1, side - 1)]
  const [dx, dy] = [x - x0, y - y0]
  const at = (column: number, row: number) => grid[row * side + column] ?? 0
  return (at(x0, y0) * (1 - dx) + at(x1, y0) * dx) * (1 - dy) + (at(x0, y1) * (1 - dx) + at(x1, y1) * dx) * dy
}

/** A seeded random number generator for values from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
