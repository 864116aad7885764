import { Best, type Neighbor } from './best'
import { type DotProducts, dotProducts } from './dot-products'

const PAGE = 65_536
/** The start of the memory is reserved for the compiler. */
const FIRST_FREE = 1024
/** Bytes of a vector instruction: rows are padded with zeros. */
const LANES = 16
/** Queries of one pass over the rows. */
export const QUERIES = 4
/** Rows of one call: their results fit into the processor's cache. */
export const BLOCK = 4096
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
    // Blocks are multiples of four rows, wherever they begin.
    const bytes = this.rows + this.width * (Math.max(1, capacity) + QUERIES - 1)
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
    const best = new Best(limit)
    this.scan(this.setQuery(0, query), { from: 0, to: this.count }, best, without)
    return best.list()
  }

  /**
   * Compares the first query with a range of rows.
   *
   * @param scale of the query, as `setQuery` returned it
   */
  scan(scale: number, { from: first, to }: { from: number; to: number }, best: Best, without = -1): void {
    for (let from = first; from < to; from += BLOCK) {
      const rows = Math.min(BLOCK, to - from)
      const padded = Math.ceil(rows / QUERIES) * QUERIES
      this.module.dotOne(this.rows + from * this.width, padded, this.width, this.queries, this.out)
      const products = new Int32Array(this.module.memory.buffer, this.out, rows)
      for (let at = 0; at < rows; at++) {
        const similarity = scale * (this.scales[from + at] as number) * (products[at] as number)
        if (similarity > best.least && from + at !== without) best.add(from + at, similarity)
      }
    }
  }

  /**
   * The same for up to four queries in one pass, which takes little longer than for one.
   *
   * @param without for each query a row to leave out
   */
  nearestOfFour(queries: readonly Float32Array[], limit: number, without: readonly number[] = []): Neighbor[][] {
    const best = queries.map(() => new Best(limit))
    const scales = queries.map((query, at) => this.setQuery(at, query))
    for (let from = 0; from < this.count; from += BLOCK) {
      const rows = Math.min(BLOCK, this.count - from)
      const products = this.dotFour(from, rows)
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
    const { values, scale } = this.int8At(row)
    return Float32Array.from(values, (value) => value * scale)
  }

  /** A vector as it is stored, without a copy: its values times the scale make it. */
  int8At(row: number): { values: Int8Array; scale: number } {
    const values = new Int8Array(this.module.memory.buffer, this.rows + row * this.width, this.dimensions)
    return { values, scale: this.scales[row] as number }
  }

  /** Bytes of a stored row. */
  get rowBytes(): number {
    return this.width
  }

  /** The stored rows of a range, as a view of the memory. */
  stored({ from, to }: { from: number; to: number }): Uint8Array {
    return new Uint8Array(this.module.memory.buffer, this.rows + from * this.width, (to - from) * this.width)
  }

  /**
   * Adds rows as `stored` returned them.
   *
   * @param scales of these rows, as `scaleOf` returned them
   * @throws RangeError if there are more than announced, or the bytes aren't those of whole rows
   */
  addStored(rows: Uint8Array, scales: Float32Array): void {
    const { count } = this
    if (rows.length !== scales.length * this.width) throw new RangeError('These are not whole rows.')
    if (count + scales.length > this.capacity) throw new RangeError(`The index has room for ${this.capacity} vectors.`)
    new Uint8Array(this.module.memory.buffer).set(rows, this.rows + count * this.width)
    this.scales.set(scales, count)
    this.count = count + scales.length
  }

  /** What the products of a row are multiplied with. */
  scaleOf(row: number): number {
    return this.scales[row] as number
  }

  /**
   * Sets one of the four queries.
   *
   * @returns what its products are multiplied with
   * @throws RangeError if it has another length
   */
  setQuery(at: number, query: Float32Array): number {
    this.requireLength(query)
    const { scale, inverse } = scaleOf(query, QUERY_MAX)
    const values = this.query(at)
    for (let i = 0; i < this.dimensions; i++) values[i] = Math.round((query[i] as number) * inverse)
    return scale
  }

  /** The same with a row of an index of as many dimensions. */
  setQueryFrom(at: number, { module, rows, width, scales }: VectorIndex, row: number): number {
    this.query(at).set(new Int8Array(module.memory.buffer, rows + row * width, this.width))
    return scales[row] as number
  }

  /**
   * The products of the four queries with up to `BLOCK` rows, valid until the next call.
   *
   * @returns int32 [rows × 4]
   */
  dotFour(from: number, rows: number): Int32Array {
    this.module.dotFour(this.rows + from * this.width, rows, this.width, this.queries, this.out)
    return new Int32Array(this.module.memory.buffer, this.out, QUERIES * rows)
  }

  /**
   * Puts the rows into another order, in place.
   *
   * @param order for each new position the row that comes there
   */
  reorder(order: Int32Array): void {
    const all = new Int8Array(this.module.memory.buffer, this.rows, this.count * this.width)
    const { width, scales } = this
    const isDone = new Uint8Array(this.count)
    const held = new Int8Array(width)
    for (let start = 0; start < this.count; start++) {
      if (isDone[start]) continue
      held.set(all.subarray(start * width, (start + 1) * width))
      const scale = scales[start] as number
      let to = start
      // Each position gets its row, up to the one whose row was the first to be overwritten.
      for (let from = order[to] as number; from !== start; to = from, from = order[to] as number) {
        all.copyWithin(to * width, from * width, (from + 1) * width)
        scales[to] = scales[from] as number
        isDone[to] = 1
      }
      all.set(held, to * width)
      scales[to] = scale
      isDone[to] = 1
    }
  }

  private query(at: number): Int16Array {
    return new Int16Array(this.module.memory.buffer, this.queries + at * 2 * this.width, this.width)
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
