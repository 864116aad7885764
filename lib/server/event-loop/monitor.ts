import { performance } from 'node:perf_hooks'

/** How finely it is looked (milliseconds). */
const SAMPLE_MS = 10
/** Of so many looks, a tenth of a second, the longest hold is told. */
const SAMPLES_PER_REPORT = 10

/** The longest holds of a tenth of a second, in seconds. */
export interface LoopDelay {
  /** Nothing else could begin for so long. */
  delay: number
  /** The same without the time in which the machine gave this process no processor: what its own work took. */
  busy: number
}

/**
 * Watches how long the event loop is held: everybody who waits for this process waits for that. Costs a few microseconds each hundredth of a second.
 *
 * @returns ends it
 */
export function monitorEventLoop(report: (longest: LoopDelay) => void): () => void {
  let last = performance.now()
  let cpuBefore = process.cpuUsage()
  let samples = 0
  let longest: LoopDelay = { delay: 0, busy: 0 }
  const timer = setInterval(() => {
    const now = performance.now()
    const { user, system } = process.cpuUsage(cpuBefore)
    const held = Math.max(0, now - last - SAMPLE_MS) / 1000
    last = now
    cpuBefore = process.cpuUsage()
    longest = {
      delay: Math.max(longest.delay, held),
      busy: Math.max(longest.busy, Math.min(held, (user + system) / 1e6)),
    }
    // A long hold is told at once: who was held wants to know.
    if (++samples < SAMPLES_PER_REPORT && held < (SAMPLES_PER_REPORT * SAMPLE_MS) / 1000) return
    report(longest)
    longest = { delay: 0, busy: 0 }
    samples = 0
  }, SAMPLE_MS).unref()
  return () => clearInterval(timer)
}
