/** The longest time that the server may block its event loop (seconds); a bucket of its metric. */
export const MOST_HOLD = '0.05'

/** The whole block, or without the time waiting for a CPU. */
type Metric = 'hold' | 'work'

interface Holds {
  /** The number of 100 ms intervals, and of those with a block of at most the given seconds. */
  all: number
  within: Map<string, number>
}

async function scrape(url: string, metric: Metric): Promise<Holds> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const within = new Map<string, number>()
  const line = new RegExp(`^vision_event_loop_${metric}_seconds_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm')
  for (const [, le = '', count] of text.matchAll(line)) within.set(le, Number(count))
  return { all: within.get('+Inf') ?? 0, within }
}

/**
 * Runs an action on a server with METRICS=on. Returns the smallest bucket (seconds) that contains every block of its
 * event loop meanwhile.
 */
export async function longestHold(url: string, act: () => Promise<unknown>, metric: Metric = 'hold'): Promise<number> {
  const before = await scrape(url, metric)
  await act()
  // The last 100 ms interval is recorded by now.
  await new Promise((resolve) => setTimeout(resolve, 150))
  const after = await scrape(url, metric)
  const all = after.all - before.all
  for (const [le, count] of after.within) if (count - (before.within.get(le) ?? 0) === all) return Number(le)
  return Number.POSITIVE_INFINITY
}

/** The smallest of four results, counting only work: real blocks occur every time, garbage collections don't. */
export async function leastHold(url: string, act: () => Promise<unknown>, most = Number(MOST_HOLD)): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 4 && least > most; i++) least = Math.min(least, await longestHold(url, act, 'work'))
  return least
}
