import { performance } from 'node:perf_hooks'

/** Sampling interval (milliseconds). */
const SAMPLE_MS = 10
/** Reports the longest delay of this many samples, a tenth of a second. */
const SAMPLES_PER_REPORT = 10

/** The longest delays in a tenth of a second, in seconds. */
export interface LoopDelay {
  /** How long nothing else could run. */
  delay: number
  /** The same without the time in which the system gave this process no CPU: the time that its own work took. */
  busy: number
}

/**
 * Measures how long the event loop is blocked, which delays everyone who waits for this process. Costs a few
 * microseconds per hundredth of a second.
 *
 * @returns a function that stops it
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
    // Report a long delay at once: the requests that it delayed are waiting.
    if (++samples < SAMPLES_PER_REPORT && held < (SAMPLES_PER_REPORT * SAMPLE_MS) / 1000) return
    report(longest)
    longest = { delay: 0, busy: 0 }
    samples = 0
  }, SAMPLE_MS).unref()
  return () => clearInterval(timer)
}
