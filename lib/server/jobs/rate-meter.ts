const WINDOW_MS = 10_000

/**
 * Photos per second over the last ten seconds; null if none finished recently.
 *
 * @param done how many photos finished when (milliseconds since 1970)
 * @param now by the same clock
 */
export function rateOf(done: readonly (readonly [at: number, count: number])[], now = Date.now()): number | null {
  const recent = done.filter(([at]) => at >= now - WINDOW_MS)
  const [first] = recent
  if (first === undefined) return null
  const count = recent.reduce((sum, [, batch]) => sum + batch, 0)
  return (1000 * count) / Math.max(now - first[0], 1000)
}

/**
 * Events within this time (milliseconds) are counted together: there may be thousands per second, and each reading goes
 * through all of them.
 */
const RESOLUTION_MS = 100

/** Counts events as they happen. */
export class RateMeter {
  private done: [at: number, count: number][] = []

  add(): void {
    const now = Date.now()
    const last = this.done.at(-1)
    if (last && now - last[0] < RESOLUTION_MS && now >= last[0]) {
      last[1]++
      return
    }
    this.done.push([now, 1])
    if (this.done.length > (2 * WINDOW_MS) / RESOLUTION_MS) this.forget(now)
  }

  /** Events per second over the last ten seconds; null if there were none. */
  get(): number | null {
    this.forget(Date.now())
    return rateOf(this.done)
  }

  private forget(now: number): void {
    this.done = this.done.filter(([at]) => at >= now - WINDOW_MS)
  }
}
