import type { Work } from '../training/work'
import type { Neighbor } from './best'
import { type ClusteredIndex, grouped } from './clustered-index'
import { NeighborTable } from './neighbor-table'
import { BLOCK, QUERIES, type VectorIndex } from './vector-index'

/** Searches between two pauses. */
const BATCH = 64
/** The time that finding the lists takes, of all. */
const FINDING = 0.15

/**
 * The neighbors of all vectors of a set, list by list: each list is compared with all vectors that look into it, while
 * it is in the processor's cache.
 *
 * @param queries in the order of their numbers, unless it is the index itself
 * @returns for each number its neighbors, without the row of its own number
 */
export function* neighborsInLists(
  queries: VectorIndex,
  index: ClusteredIndex,
  limit: number,
  onProgress: (done: number) => void = () => {},
): Work<Neighbor[][]> {
  const { clusters, vectors } = index
  const { starts } = clusters
  // Positions, if the index was put into another order.
  const ownRow = queries === vectors ? (at: number) => at : (at: number) => index.position(at)
  const lists = yield* listsOfEach(queries, index, (done) => onProgress(FINDING * done))
  const { starts: firsts, order } = grouped(lists, clusters.centers.size)
  const table = new NeighborTable(queries.size, limit)
  const asking = new Int32Array(QUERIES)
  for (let list = 0; list < clusters.centers.size; list++) {
    const last = firsts[list + 1] as number
    for (let from = firsts[list] as number; from < last; from += QUERIES) {
      const count = Math.min(QUERIES, last - from)
      for (let at = 0; at < count; at++) asking[at] = Math.floor((order[from + at] as number) / index.searched)
      const range = { from: starts[list] as number, to: starts[list + 1] as number }
      compare(queries, vectors, asking.subarray(0, count), range, table, ownRow)
      if (from % BATCH < QUERIES) yield
    }
    onProgress(FINDING + ((1 - FINDING) * (list + 1)) / clusters.centers.size)
  }
  const numberOf = (at: number) => (queries === vectors ? (clusters.rows[at] as number) : at)
  const all: Neighbor[][] = new Array(queries.size)
  for (let at = 0; at < queries.size; at++) all[numberOf(at)] = table.list(at, clusters.rows)
  return all
}

/** Compares up to four queries with the vectors of a list. */
function compare(
  queries: VectorIndex,
  vectors: VectorIndex,
  asking: Int32Array,
  { from: first, to }: { from: number; to: number },
  table: NeighborTable,
  ownRow: (query: number) => number,
): void {
  const scales = Array.from(asking, (query, at) => vectors.setQueryFrom(at, queries, query))
  for (let from = first; from < to; from += BLOCK) {
    const rows = Math.min(BLOCK, to - from)
    const products = vectors.dotFour(from, rows)
    for (const [at, query] of asking.entries()) {
      const scale = scales[at] as number
      const own = ownRow(query)
      let least = table.least(query)
      for (let row = 0; row < rows; row++) {
        const similarity = scale * vectors.scaleOf(from + row) * (products[QUERIES * row + at] as number)
        if (similarity <= least || from + row === own) continue
        table.add(query, from + row, similarity)
        least = table.least(query)
      }
    }
  }
}

/** The lists that each query looks into [queries × searched]. */
function* listsOfEach(
  queries: VectorIndex,
  { clusters: { centers }, searched }: ClusteredIndex,
  onProgress: (done: number) => void,
): Work<Int32Array> {
  const lists = new Int32Array(queries.size * searched)
  const table = new NeighborTable(QUERIES, searched)
  const slots = Int32Array.from({ length: QUERIES }, (_, at) => at)
  for (let from = 0; from < queries.size; from += QUERIES) {
    const count = Math.min(QUERIES, queries.size - from)
    const scales = Array.from(slots.subarray(0, count), (at) => centers.setQueryFrom(at, queries, from + at))
    table.clear()
    const products = centers.dotFour(0, centers.size)
    for (let at = 0; at < count; at++) {
      const scale = scales[at] as number
      for (let center = 0; center < centers.size; center++) {
        table.add(at, center, scale * centers.scaleOf(center) * (products[QUERIES * center + at] as number))
      }
      lists.set(table.rowsOf(at), (from + at) * searched)
    }
    if (from % BATCH === 0) {
      onProgress(from / queries.size)
      yield
    }
  }
  return lists
}
