import { Notifier } from '../batch/notifier'

let share: number | null = null
const notifier = new Notifier(() => {})

/** How much of the model is loaded, for pages that don't ask for a result themselves. */
export const loadingProgress = {
  subscribe: notifier.subscribe,
  /** From 0 to 1; null while nothing is loaded. */
  snapshot: (): number | null => share,
  report(received: number, total: number): void {
    share = received / total
    notifier.notify(false)
  },
  end(): void {
    if (share === null) return
    share = null
    notifier.notify(true)
  },
}
