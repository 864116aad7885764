import type { Work } from '../training/work'
import { Best, type Neighbor } from './best'
import { centersOf, nearestCenters } from './cluster'
import { BLOCK, type VectorIndex } from './vector-index'

/** Centers are compared in one call, and more of them take long to find. */
const MAX_LISTS = BLOCK
/** The share of the lists that are searched, and the fewest of them. Measured: `npm run bench -- search`. */
const SEARCHED = 0.06
const LEAST_SEARCHED = 32

/** What a clustered index consists of besides its vectors. */
export interface Clusters {
  centers: VectorIndex
  /** Where the vectors of each center begin, and where the last ones end [centers + 1]. */
  starts: Int32Array
  /** For each position the row of the vector that is there: the vectors of a center are next to each other. */
  rows: Int32Array
}

/**
 * Approximate search in many vectors: an inverted file (Sivic and Zisserman, "Video Google", ICCV 2003; Jégou, Douze, and
 * Schmid, "Product Quantization for Nearest Neighbor Search", PAMI 2011). Vectors are in lists by their nearest center.
 * A search compares the query with all vectors of the nearest few lists, exactly as `VectorIndex` does with all vectors.
 *
 * @example
 * const clustered = await runWork(ClusteredIndex.build(index))
 * clustered.nearest(query, 10)
 */
export class ClusteredIndex {
  /** Number of lists that a search looks into. */
  readonly searched: number
  private positions: Int32Array | undefined

  constructor(
    readonly vectors: VectorIndex,
    readonly clusters: Clusters,
  ) {
    const lists = clusters.centers.size
    this.searched = Math.min(lists, Math.max(LEAST_SEARCHED, Math.ceil(SEARCHED * lists)))
  }

  /**
   * Makes lists of the vectors of an index, which are put into the order of the lists: from then on it belongs to this
   * one, until `release`.
   */
  static *build(vectors: VectorIndex): Work<ClusteredIndex> {
    const lists = Math.max(1, Math.min(MAX_LISTS, Math.round(2 * Math.sqrt(vectors.size))))
    const centers = yield* centersOf(vectors, Math.min(lists, vectors.size))
    const all = Int32Array.from({ length: vectors.size }, (_, row) => row)
    const nearest = yield* nearestCenters(vectors, all, centers)
    const { starts, order: rows } = grouped(nearest, centers.size)
    vectors.reorder(rows)
    return new ClusteredIndex(vectors, { centers, starts, rows })
  }

  get size(): number {
    return this.vectors.size
  }

  get dimensions(): number {
    return this.vectors.dimensions
  }

  /** Memory of the vectors and lists. */
  get bytes(): number {
    const { centers, starts, rows } = this.clusters
    return this.vectors.bytes + centers.bytes + starts.byteLength + 2 * rows.byteLength
  }

  /** The most similar vectors that were found, best first. @param without a row to leave out */
  nearest(query: Float32Array, limit: number, without = -1): Neighbor[] {
    const { centers, starts, rows } = this.clusters
    const lists = centers.nearest(query, this.searched)
    const scale = this.vectors.setQuery(0, query)
    const best = new Best(limit)
    const left = without < 0 ? -1 : this.position(without)
    for (const { row: list } of lists) {
      const range = { from: starts[list] as number, to: starts[list + 1] as number }
      this.vectors.scan(scale, range, best, left)
    }
    return best.list().map(({ row, similarity }) => ({ row: rows[row] as number, similarity }))
  }

  /** A stored vector, of length 1 but for rounding. */
  vector(row: number): Float32Array {
    return this.vectors.vector(this.position(row))
  }

  /** A vector as it is stored, without a copy: its values times the scale make it. */
  int8At(row: number): { values: Int8Array; scale: number } {
    return this.vectors.int8At(this.position(row))
  }

  /** Where the vector of a row is. */
  position(row: number): number {
    this.positions ??= inverse(this.clusters.rows)
    return this.positions[row] as number
  }

  /** Puts the vectors back into the order of their rows. */
  release(): void {
    this.vectors.reorder(inverse(this.clusters.rows))
  }
}

/** The members of each group next to each other, in order. @param groups of each member, from 0 to `count` */
export function grouped(groups: Int32Array, count: number): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(count + 1)
  for (const group of groups) starts[group + 1] = (starts[group + 1] as number) + 1
  for (let group = 0; group < count; group++)
    starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number)
  const next = starts.slice()
  const order = new Int32Array(groups.length)
  for (const [member, group] of groups.entries()) {
    const at = next[group] as number
    order[at] = member
    next[group] = at + 1
  }
  return { starts, order }
}

function inverse(order: Int32Array): Int32Array {
  const positions = new Int32Array(order.length)
  for (const [position, row] of order.entries()) positions[row] = position
  return positions
}
