import { UMAP } from 'umap-js'
import { randomNumbers } from '../metrics/random'
import type { Work } from '../training/work'
import { allNeighbors } from '../vector-search/all-neighbors'
import type { Neighbor } from '../vector-search/best'
import { VectorIndex } from '../vector-search/vector-index'
import { alongPrincipalAxes } from './principal-axes'
import type { StoredVectors } from './vectors-file'

/** A multiple of the 16 values that searching takes at once. */
const AXES = 64
/** The photo itself is the first of them. */
const NEIGHBORS = 15
/** Points of a group lie farther apart than by default, which keeps as many neighbors. */
const LOOSE = { minDist: 0.3, spread: 1.5 }
const SEED = 1
/** The share of the time that is over after each step, measured with 10,000 photos. */
const SHARES = { axes: 0.2, neighbors: 0.3, graph: 0.4 }
/** The layout starts so wide, and with so much noise, which keeps equal photos apart (umap-learn's values). */
const START_WIDTH = 10
const NOISE = 1e-4

/**
 * Lays photos out in two dimensions by UMAP (McInnes, Healy, and Melville, 2018), along their 64 principal axes. It
 * starts from the first two, so that what lies far apart is unlike (Kobak and Linderman, 2021). The same vectors give the
 * same map.
 *
 * @param onProgress called with the share that is done, from 0 to 1
 * @returns x and y of each photo in turn; only their differences mean something
 */
export function* layOut(vectors: StoredVectors, onProgress: (done: number) => void = () => {}): Work<Float32Array> {
  const rows = yield* alongPrincipalAxes(vectors, AXES)
  // With so few photos, all of them are neighbors.
  if (rows.length <= NEIGHBORS) return startOf(rows)
  onProgress(SHARES.axes)
  yield
  const neighbors = yield* allNeighbors(indexOf(rows), NEIGHBORS - 1)
  onProgress(SHARES.neighbors)
  yield
  const umap = new UMAP({ ...LOOSE, nNeighbors: NEIGHBORS, random: randomNumbers(SEED) })
  umap.setPrecomputedKNN(
    neighbors.map((list, row) => [row, ...list.map((neighbor) => neighbor.row)]),
    neighbors.map((list) => [0, ...list.map(distanceOf)]),
  )
  const rounds = umap.initializeFit(rows.map(() => []))
  const points = umap.getEmbedding()
  const start = startOf(rows)
  for (const [row, point] of points.entries()) point.splice(0, 2, start[2 * row] ?? 0, start[2 * row + 1] ?? 0)
  for (let round = 0; round < rounds; round++) {
    umap.step()
    onProgress(SHARES.graph + (1 - SHARES.graph) * ((round + 1) / rounds))
    yield
  }
  return Float32Array.from(points.flat())
}

/** The first two axes, as wide as UMAP starts, with noise that keeps equal photos apart. */
function startOf(rows: readonly Float32Array[]): Float32Array {
  const random = randomNumbers(SEED)
  const widest = rows.reduce((most, row) => Math.max(most, Math.abs(row[0] ?? 0)), 0)
  const scale = START_WIDTH / (widest || 1)
  return Float32Array.from({ length: 2 * rows.length }, (_, at) => {
    const value = rows[at >> 1]?.[at & 1] ?? 0
    return scale * value + START_WIDTH * NOISE * (random() - 0.5)
  })
}

function indexOf(rows: readonly Float32Array[]): VectorIndex {
  const index = new VectorIndex(rows[0]?.length ?? 0, rows.length)
  for (const row of rows) index.add(row)
  return index
}

/** Rounding makes the similarity of equal vectors a little more than 1. */
const distanceOf = ({ similarity }: Neighbor) => Math.max(0, 1 - similarity)
