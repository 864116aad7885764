const WINDOW_MS = 10_000

/** Events a second over the last ten seconds. */
export class Rate {
  private readonly times: number[] = []

  add(): void {
    this.times.push(Date.now())
  }

  /** Null where there was none of late. */
  get(): number | null {
    const now = Date.now()
    while ((this.times[0] ?? now) < now - WINDOW_MS) this.times.shift()
    const [first] = this.times
    return first === undefined ? null : (1000 * this.times.length) / Math.max(now - first, 1000)
  }
}
