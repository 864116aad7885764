/** The work of a server may hold its event loop no longer than this (seconds); a bucket of its metric. */
export const MOST_HOLD = '0.05'

/** All of a hold, or without the time in which the machine was another's. */
type Metric = 'hold' | 'work'

interface Holds {
  /** Tenths of a second, and those with a hold of at most so many seconds. */
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
 * Does something to a server that has METRICS=on. → the least bucket (seconds) that holds every hold of its event loop meanwhile.
 */
export async function longestHold(url: string, act: () => Promise<unknown>, metric: Metric = 'hold'): Promise<number> {
  const before = await scrape(url, metric)
  await act()
  // The last tenth of a second is told by now.
  await new Promise((resolve) => setTimeout(resolve, 150))
  const after = await scrape(url, metric)
  const all = after.all - before.all
  for (const [le, count] of after.within) if (count - (before.within.get(le) ?? 0) === all) return Number(le)
  return Number.POSITIVE_INFINITY
}

/**
 * The same of its work alone, the least of four: what holds the loop does it every time, and a collection of garbage does not.
 */
export async function leastHold(url: string, act: () => Promise<unknown>, most = Number(MOST_HOLD)): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 4 && least > most; i++) least = Math.min(least, await longestHold(url, act, 'work'))
  return least
}
