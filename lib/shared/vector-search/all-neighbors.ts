import type { Work } from '../training/work'
import type { Neighbor } from './best'
import { ClusteredIndex } from './clustered-index'
import { neighborsInLists } from './neighbors-in-lists'
import { QUERIES, type VectorIndex } from './vector-index'

/** Up to so many vectors, all are compared with all; beyond, lists of similar ones are, which takes less time. */
const ALL_WITH_ALL = 20_000

export interface NeighborOptions {
  /** Called with the share that is done, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined
  /** Vectors that are still all compared with all. */
  allWithAll?: number
}

/**
 * The nearest other vectors of every vector, best first: exactly up to `ALL_WITH_ALL` vectors, and nearly so for more
 * (`npm run bench -- search`).
 */
export function* allNeighbors(index: VectorIndex, limit: number, options: NeighborOptions = {}): Work<Neighbor[][]> {
  const [all] = yield* neighborsOfEach([index], index, limit, options)
  return all ?? []
}

/**
 * The same for several sets of vectors, in one index: for each vector of each set its neighbors, without the row of its
 * own number.
 */
export function* neighborsOfEach(
  sets: readonly VectorIndex[],
  index: VectorIndex,
  limit: number,
  { onProgress = () => {}, allWithAll = ALL_WITH_ALL }: NeighborOptions = {},
): Work<Neighbor[][][]> {
  const share = (set: number) => (done: number) => onProgress((set + done) / sets.length)
  const found: Neighbor[][][] = []
  if (index.size <= allWithAll) {
    for (const [at, set] of sets.entries()) found.push(yield* compareAll(set, index, limit, share(at)))
    return found
  }
  const clustered = yield* ClusteredIndex.build(index)
  for (const [at, set] of sets.entries()) {
    found.push(yield* neighborsInLists(set, clustered, limit, share(at)))
  }
  clustered.release()
  return found
}

function* compareAll(
  queries: VectorIndex,
  index: VectorIndex,
  limit: number,
  onProgress: (done: number) => void,
): Work<Neighbor[][]> {
  const all: Neighbor[][] = []
  for (let from = 0; from < queries.size; from += QUERIES) {
    const rows = Array.from({ length: Math.min(QUERIES, queries.size - from) }, (_, at) => from + at)
    const vectors = rows.map((row) => queries.vector(row))
    all.push(...index.nearestOfFour(vectors, limit, rows))
    onProgress(all.length / queries.size)
    yield
  }
  return all
}
