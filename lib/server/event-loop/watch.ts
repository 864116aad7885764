import { performance } from 'node:perf_hooks'

/** How finely it is looked (milliseconds). */
const LOOK_MS = 10
/** Of so many looks, a tenth of a second, the longest hold is told. */
const LOOKS = 10

/** The longest holds of a tenth of a second, in seconds. */
export interface Holds {
  /** Nothing else could begin for so long. */
  held: number
  /** The same without the time in which the machine gave this process no processor: what its own work took. */
  worked: number
}

/**
 * Watches how long the event loop is held: everybody who waits for this process waits for that. Costs a few microseconds each hundredth of a second.
 *
 * @returns ends it
 */
export function watchLoop(tell: (holds: Holds) => void): () => void {
  let last = performance.now()
  let used = process.cpuUsage()
  let looks = 0
  let holds: Holds = { held: 0, worked: 0 }
  const timer = setInterval(() => {
    const now = performance.now()
    const { user, system } = process.cpuUsage(used)
    const held = Math.max(0, now - last - LOOK_MS) / 1000
    last = now
    used = process.cpuUsage()
    holds = { held: Math.max(holds.held, held), worked: Math.max(holds.worked, Math.min(held, (user + system) / 1e6)) }
    // A long hold is told at once: who was held wants to know.
    if (++looks < LOOKS && held < (LOOKS * LOOK_MS) / 1000) return
    tell(holds)
    holds = { held: 0, worked: 0 }
    looks = 0
  }, LOOK_MS).unref()
  return () => clearInterval(timer)
}
