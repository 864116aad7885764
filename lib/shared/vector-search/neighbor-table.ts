import type { Neighbor } from './best'

/** The most similar rows of many queries, in two arrays. Equally similar rows keep their order. */
export class NeighborTable {
  private readonly rows: Int32Array
  private readonly values: Float32Array
  private readonly counts: Int32Array

  constructor(
    queries: number,
    private readonly limit: number,
  ) {
    this.rows = new Int32Array(queries * limit)
    this.values = new Float32Array(queries * limit)
    this.counts = new Int32Array(queries)
  }

  /** What a row must exceed. */
  least(query: number): number {
    const full = this.counts[query] === this.limit
    return full ? (this.values[(query + 1) * this.limit - 1] as number) : Number.NEGATIVE_INFINITY
  }

  add(query: number, row: number, similarity: number): void {
    if (!(similarity > this.least(query))) return
    const first = query * this.limit
    const count = this.counts[query] as number
    let at = first + Math.min(count, this.limit - 1)
    if (count < this.limit) this.counts[query] = count + 1
    for (; at > first && (this.values[at - 1] as number) < similarity; at--) {
      this.values[at] = this.values[at - 1] as number
      this.rows[at] = this.rows[at - 1] as number
    }
    this.values[at] = similarity
    this.rows[at] = row
  }

  clear(): void {
    this.counts.fill(0)
  }

  rowsOf(query: number): Int32Array {
    const first = query * this.limit
    return this.rows.subarray(first, first + (this.counts[query] as number))
  }

  /** @param names what the rows are called in the list */
  list(query: number, names: Int32Array): Neighbor[] {
    const first = query * this.limit
    return Array.from(this.rowsOf(query), (row, at) => ({
      row: names[row] as number,
      similarity: this.values[first + at] as number,
    }))
  }
}
