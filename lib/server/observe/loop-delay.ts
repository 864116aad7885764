import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How finely it is looked (milliseconds): a hold is told too long by this at most. */
const RESOLUTION_MS = 5
/** Of each such time the longest hold is told. */
const EVERY_MS = 100

/**
 * Watches how long the event loop is held: everybody who waits for this process waits for that. One timer of a few microseconds.
 *
 * @param tell of each tenth of a second, the longest time for which nothing else could begin (seconds)
 */
export class LoopDelay {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  private readonly timer: NodeJS.Timeout

  constructor(tell: (seconds: number) => void) {
    this.histogram.enable()
    this.timer = setInterval(() => {
      // What it holds are times between two looks, of which one is due each resolution.
      if (this.histogram.count > 0) tell(Math.max(0, this.histogram.max / 1e9 - RESOLUTION_MS / 1000))
      this.histogram.reset()
    }, EVERY_MS).unref()
  }

  close(): void {
    clearInterval(this.timer)
    this.histogram.disable()
  }
}
