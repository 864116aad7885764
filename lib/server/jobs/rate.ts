const WINDOW_MS = 10_000

/**
 * Photos a second over the last ten seconds, of when (milliseconds since 1970) how many were done. Null where there were none of late.
 *
 * @param now by the clock that they were counted by
 */
export function rateOf(done: readonly (readonly [at: number, count: number])[], now = Date.now()): number | null {
  const late = done.filter(([at]) => at >= now - WINDOW_MS)
  const [first] = late
  if (first === undefined) return null
  const count = late.reduce((sum, [, some]) => sum + some, 0)
  return (1000 * count) / Math.max(now - first[0], 1000)
}

/** Counts events as they come. */
export class Rate {
  private readonly done: [at: number, count: number][] = []

  add(): void {
    this.done.push([Date.now(), 1])
  }

  /** A second, over the last ten seconds; null where there was none of late. */
  get(): number | null {
    const since = Date.now() - WINDOW_MS
    while ((this.done[0]?.[0] ?? since) < since) this.done.shift()
    return rateOf(this.done)
  }
}
