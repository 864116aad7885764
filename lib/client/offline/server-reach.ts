import { isServerReady, serverWatch } from '../api/server-watch'

let away = false
let ended: AbortController | undefined
const listeners = new Set<() => void>()

/** Whether the server can't be reached. It is only known while somebody subscribes. */
export const isServerAway = (): boolean => away

/**
 * Follows whether the server can be reached. A page that this browser keeps may have opened without it, so it asks once;
 * after that, a lost connection shows that it is away.
 */
export function subscribeToServer(onChange: () => void): () => void {
  listeners.add(onChange)
  if (listeners.size === 1) start()
  return () => {
    listeners.delete(onChange)
    if (listeners.size === 0) stop()
  }
}

function start(): void {
  ended = new AbortController()
  const { signal } = ended
  const lost = async () => {
    if (signal.aborted || away) return
    set(true)
    await serverWatch.wait(signal)
    if (!signal.aborted) set(false)
  }
  addEventListener('offline', lost, { signal })
  if (!navigator.onLine) void lost()
  else if (navigator.serviceWorker?.controller) void askOnce(lost)
}

async function askOnce(lost: () => Promise<void>): Promise<void> {
  if (!(await isServerReady())) await lost()
}

function stop(): void {
  ended?.abort()
  away = false
}

function set(next: boolean): void {
  away = next
  for (const onChange of listeners) onChange()
}
