/** What comes again within so long is the same signal: a terminal sends it to all its processes, and each passes it on to those that it has started. */
const SAME_SIGNAL_MS = 250

/** Stops at the first SIGTERM or SIGINT, and ends the process at the second, whatever keeps the first from its end. */
export function onSignals(
  stop: () => Promise<void>,
  log: Record<'warn' | 'error', (fields: object, message: string) => void>,
): void {
  let first: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (first === undefined) {
        first = performance.now()
        stop().catch((err: Error) => {
          log.error({ err }, 'a fault while stopping')
          process.exit(1)
        })
      } else if (performance.now() - first > SAME_SIGNAL_MS) {
        log.warn({ signal }, 'ended at once: it was asked for a second time')
        process.exit(1)
      }
    })
  }
}
