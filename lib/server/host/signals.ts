/**
 * A repeated signal within this time counts once: a terminal signals all of its processes, and each forwards the
 * signal to its children.
 */
const SAME_SIGNAL_MS = 250

/** Shuts down on the first SIGTERM or SIGINT; exits immediately on the second, even if the shutdown hangs. */
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
          log.error({ err }, 'error during shutdown')
          process.exit(1)
        })
      } else if (performance.now() - first > SAME_SIGNAL_MS) {
        log.warn({ signal }, 'second signal: exiting immediately')
        process.exit(1)
      }
    })
  }
}
