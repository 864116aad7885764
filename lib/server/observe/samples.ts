/** A uniform sample of a minute's durations: all of them, or as many as there is room for (Vitter's algorithm R). */
export class Samples {
  private values: number[] = []
  private count = 0

  constructor(
    private readonly capacity = 5_000,
    private readonly random: () => number = Math.random,
  ) {}

  add(value: number): void {
    this.count++
    if (this.values.length < this.capacity) this.values.push(value)
    else {
      const place = Math.floor(this.random() * this.count)
      if (place < this.capacity) this.values[place] = value
    }
  }

  /**
   * Returns at most `most` values with the same percentiles and clears the sample. Larger samples are reduced to
   * evenly spaced ranks from minimum to maximum, so the tail keeps its length.
   */
  take(max: number): number[] {
    const sorted = this.values.sort((a, b) => a - b)
    this.values = []
    this.count = 0
    if (sorted.length <= max) return sorted
    return Array.from({ length: max }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (max - 1))] as number)
  }
}
