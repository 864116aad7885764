import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const CHECK_MS = 250
/** Collecting pays off only if there is something to free. */
const MIN_GROWTH = 16_000_000

/**
 * Makes V8 collect garbage as soon as this process exceeds its share of memory, instead of when its heap has grown.
 * The data of finished photos lies outside the heap and is freed with the objects inside it. Only for servers with
 * little memory.
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
    if (rss < share || rss < least + MIN_GROWTH) return
    collect()
    least = process.memoryUsage.rss()
  }, CHECK_MS).unref()
}
