/** A uniform sample of a minute's durations: all of them, or as many as there is room for (Vitter's algorithm R). */
export class Samples {
  private values: number[] = []
  private seen = 0

  constructor(
    private readonly room = 5_000,
    private readonly random: () => number = Math.random,
  ) {}

  add(value: number): void {
    this.seen++
    if (this.values.length < this.room) this.values.push(value)
    else {
      const place = Math.floor(this.random() * this.seen)
      if (place < this.room) this.values[place] = value
    }
  }

  /**
   * Returns at most `most` values with the same percentiles and clears the sample. Larger samples are reduced to
   * evenly spaced ranks from minimum to maximum, so the tail keeps its length.
   */
  take(most: number): number[] {
    const sorted = this.values.sort((a, b) => a - b)
    this.values = []
    this.seen = 0
    if (sorted.length <= most) return sorted
    return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (most - 1))] as number)
  }
}
