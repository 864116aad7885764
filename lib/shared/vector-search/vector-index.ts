import { Best, type Neighbor } from './best'
import { type DotProducts, dotProducts } from './dot-products'

const PAGE = 65_536
/** The start of the memory is reserved for the compiler. */
const FIRST_FREE = 1024
/** Bytes of a vector instruction: rows are padded with zeros. */
const LANES = 16
/** Queries of one pass over the rows. */
const QUERIES = 4
/** Rows of one call: their results fit into the processor's cache. */
const BLOCK = 4096
/** A row's largest value. */
const ROW_MAX = 127
/** A query's largest value: sums of 16,384 products with a row stay far below 2^31, because both have length 1. */
const QUERY_MAX = 4095
const MAX_BYTES = 2 ** 32 - PAGE

/**
 * Exact search in vectors by brute force. Each vector is scaled to length 1 and kept as signed bytes, its largest value
 * as 127: a byte per dimension and four for the scale. Similarities are off by less than 0.01; no vector is left out.
 *
 * @example
 * const index = new VectorIndex(1280, photos.length)
 * for (const { embedding } of photos) index.add(embedding)
 * index.nearest(embedding, 10) // [{ row: 7, similarity: 0.98 }, …]
 */
export class VectorIndex {
  private readonly module: DotProducts = dotProducts()
  private readonly width: number
  private readonly scales: Float32Array
  private readonly queries: number
  private readonly out: number
  private readonly rows: number
  private count = 0

  /**
   * @param capacity number of vectors; the memory for all of them is taken at once
   * @throws RangeError if the vectors need more than 4 GB, or there is no memory for them
   */
  constructor(
    readonly dimensions: number,
    readonly capacity: number,
  ) {
    this.width = Math.max(LANES, Math.ceil(dimensions / LANES) * LANES)
    this.queries = FIRST_FREE
    this.out = this.queries + QUERIES * 2 * this.width
    this.rows = this.out + QUERIES * 4 * BLOCK
    // Blocks are multiples of four rows.
    const bytes = this.rows + this.width * Math.ceil(Math.max(1, capacity) / QUERIES) * QUERIES
    if (bytes > MAX_BYTES)
      throw new RangeError(`${capacity} vectors of ${dimensions} dimensions need more than 4 GB. Use fewer.`)
    this.module.memory.grow(Math.max(0, Math.ceil((bytes - this.module.memory.buffer.byteLength) / PAGE)))
    this.scales = new Float32Array(capacity)
  }

  /** Number of vectors. */
  get size(): number {
    return this.count
  }

  /** Memory of the vectors. */
  get bytes(): number {
    return this.module.memory.buffer.byteLength + this.scales.byteLength
  }

  /**
   * Adds a vector.
   *
   * @returns its row
   * @throws RangeError if it has another length, or the index is full
   */
  add(vector: Float32Array): number {
    this.requireLength(vector)
    if (this.count >= this.capacity) throw new RangeError(`The index has room for ${this.capacity} vectors.`)
    const row = this.count++
    const { scale, inverse } = scaleOf(vector, ROW_MAX)
    const values = new Int8Array(this.module.memory.buffer, this.rows + row * this.width, this.dimensions)
    for (let i = 0; i < values.length; i++) values[i] = Math.round((vector[i] as number) * inverse)
    this.scales[row] = scale
    return row
  }

  /**
   * The most similar vectors, best first.
   *
   * @param without a row to leave out, such as the one that asks
   */
  nearest(query: Float32Array, limit: number, without = -1): Neighbor[] {
    this.requireLength(query)
    const best = new Best(limit)
    const scale = this.writeQuery(query, 0)
    for (let from = 0; from < this.count; from += BLOCK) {
      const rows = Math.min(BLOCK, this.count - from)
      const padded = Math.ceil(rows / QUERIES) * QUERIES
      this.module.dotOne(this.rows + from * this.width, padded, this.width, this.queries, this.out)
      const products = new Int32Array(this.module.memory.buffer, this.out, rows)
      for (let at = 0; at < rows; at++) {
        const similarity = scale * (this.scales[from + at] as number) * (products[at] as number)
        if (similarity > best.least && from + at !== without) best.add(from + at, similarity)
      }
    }
    return best.list()
  }

  /**
   * The same for up to four queries in one pass, which takes little longer than for one.
   *
   * @param without for each query a row to leave out
   */
  nearestOfFour(queries: readonly Float32Array[], limit: number, without: readonly number[] = []): Neighbor[][] {
    const best = queries.map(() => new Best(limit))
    const scales = queries.map((query, at) => {
      this.requireLength(query)
      return this.writeQuery(query, at)
    })
    for (let from = 0; from < this.count; from += BLOCK) {
      const rows = Math.min(BLOCK, this.count - from)
      this.module.dotFour(this.rows + from * this.width, rows, this.width, this.queries, this.out)
      const products = new Int32Array(this.module.memory.buffer, this.out, QUERIES * rows)
      for (const [query, found] of best.entries()) {
        const scale = scales[query] as number
        const left = without[query] ?? -1
        for (let at = 0; at < rows; at++) {
          const similarity = scale * (this.scales[from + at] as number) * (products[QUERIES * at + query] as number)
          if (similarity > found.least && from + at !== left) found.add(from + at, similarity)
        }
      }
    }
    return best.map((found) => found.list())
  }

  /** A stored vector, of length 1 but for rounding. */
  vector(row: number): Float32Array {
    const values = new Int8Array(this.module.memory.buffer, this.rows + row * this.width, this.dimensions)
    const scale = this.scales[row] as number
    return Float32Array.from(values, (value) => value * scale)
  }

  private writeQuery(query: Float32Array, at: number): number {
    const { scale, inverse } = scaleOf(query, QUERY_MAX)
    const values = new Int16Array(this.module.memory.buffer, this.queries + at * 2 * this.width, this.width)
    for (let i = 0; i < this.dimensions; i++) values[i] = Math.round((query[i] as number) * inverse)
    return scale
  }

  private requireLength(vector: Float32Array): void {
    if (vector.length === this.dimensions) return
    throw new RangeError(`A vector has ${vector.length} values instead of ${this.dimensions}.`)
  }
}

/** How to turn a vector of any length into integers and back into length 1. Zeros for a vector of zeros. */
function scaleOf(vector: Float32Array, max: number): { scale: number; inverse: number } {
  let [squares, largest] = [0, 0]
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number
    squares += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  if (!(squares > 0) || !Number.isFinite(squares)) return { scale: 0, inverse: 0 }
  return { scale: largest / max / Math.sqrt(squares), inverse: max / largest }
}
