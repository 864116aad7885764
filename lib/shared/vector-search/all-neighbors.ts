import type { Work } from '../training/work'
import type { Neighbor } from './best'
import type { VectorIndex } from './vector-index'

/** Vectors of one pass over an index. */
const BATCH = 4

/**
 * The nearest other vectors of every vector, best first. Takes time proportional to the square of their number: ten
 * seconds of one core for 10,000 vectors of 1,280 dimensions, and more than an hour for 200,000 (`npm run bench --
 * search`).
 */
export function* allNeighbors(index: VectorIndex, limit: number): Work<Neighbor[][]> {
  const all: Neighbor[][] = []
  for (let from = 0; from < index.size; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, index.size - from) }, (_, at) => from + at)
    const queries = rows.map((row) => index.vector(row))
    all.push(...index.nearestOfFour(queries, limit, rows))
    yield
  }
  return all
}
