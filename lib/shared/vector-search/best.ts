/** A row and how similar it is: the cosine, from -1 to 1. */
export interface Neighbor {
  row: number
  similarity: number
}

/** Keeps the `limit` most similar rows. Equally similar rows keep their order. */
export class Best {
  private readonly rows: Int32Array
  private readonly values: Float32Array
  private count = 0

  constructor(private readonly limit: number) {
    this.rows = new Int32Array(limit)
    this.values = new Float32Array(limit)
  }

  /** What a row must exceed. */
  get least(): number {
    return this.count < this.limit ? Number.NEGATIVE_INFINITY : (this.values[this.count - 1] ?? Infinity)
  }

  add(row: number, similarity: number): void {
    if (!(similarity > this.least)) return
    let at = this.count < this.limit ? this.count++ : this.count - 1
    for (; at > 0 && (this.values[at - 1] as number) < similarity; at--) {
      this.values[at] = this.values[at - 1] as number
      this.rows[at] = this.rows[at - 1] as number
    }
    this.values[at] = similarity
    this.rows[at] = row
  }

  list(): Neighbor[] {
    return Array.from({ length: this.count }, (_, at) => ({
      row: this.rows[at] as number,
      similarity: this.values[at] as number,
    }))
  }
}
