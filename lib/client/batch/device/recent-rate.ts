/** What happened longer ago says little about the photos to come. */
const WINDOW_MS = 10_000

/** How many photos per second were classified in the last seconds. */
export class RecentRate {
  private times: number[] = []

  /** A photo has its result. @param now milliseconds, of a clock that doesn't jump */
  note(now: number): void {
    this.times = this.times.filter((time) => time > now - WINDOW_MS)
    this.times.push(now)
  }

  /** Photos per second; null until two are known. */
  get perSecond(): number | null {
    const [first = 0, last = 0] = [this.times[0], this.times.at(-1)]
    return last > first ? (1000 * (this.times.length - 1)) / (last - first) : null
  }

  /** After a pause, the rate is measured anew. */
  reset(): void {
    this.times = []
  }
}
