import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_MS = 250
/** Collecting pays only where there is something to be freed. */
const LEAST_GROWTH = 16_000_000

/**
 * Has V8 collect garbage as soon as this process holds more than its share, instead of when its heap has grown: photos that are done lie outside of the heap, and
 * are freed with the objects in it. Only for where memory is scarce.
 *
 * @param share bytes
 */
export function collectGarbageAbove(share: number): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let least = 0
  setInterval(() => {
    const rss = process.memoryUsage.rss()
    least = Math.min(least, rss)
    if (rss < share || rss < least + LEAST_GROWTH) return
    collect()
    least = process.memoryUsage.rss()
  }, LOOK_MS).unref()
}
