import { watch } from 'node:fs'

/** Several files change when a model is added or removed; this long after the last change, it is complete. */
const SETTLE_MS = 300

/**
 * Calls `changed` after models are added to the folder or removed from it. Both happen by a single rename, which the
 * folder itself reports. Returns a function that stops watching. A folder that cannot be watched is ignored.
 */
export function watchModels(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name?.startsWith('.')) return
      clearTimeout(timer)
      timer = setTimeout(changed, SETTLE_MS)
      timer.unref()
    })
    watcher.on('error', () => {})
    return () => {
      clearTimeout(timer)
      watcher.close()
    }
  } catch {
    return () => {}
  }
}
