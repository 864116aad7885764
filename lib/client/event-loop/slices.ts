/** The page may answer the visitor this often during long work, in milliseconds. */
const SLICE_MS = 12

/** Waits until the browser had the chance to do something else. Unlike a timer, without a delay. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/**
 * Splits long work into tasks that don't block the page. Await the returned function between two steps: the first time,
 * and whenever a slice is over, the browser gets its turn.
 */
export function slices(): () => Promise<void> {
  let start = Number.NEGATIVE_INFINITY
  return async () => {
    if (performance.now() - start < SLICE_MS) return
    await nextTask()
    start = performance.now()
  }
}
