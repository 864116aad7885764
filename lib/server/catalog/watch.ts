import { watch } from 'node:fs'

/** Several files change when a model comes or goes; this long after the last one it is done. */
const SETTLE_MS = 300

/**
 * Calls `changed` after models have come into the folder or gone from it: they do so by one rename each, which the folder
 * itself notices. Returns a function that stops watching. A folder that cannot be watched is not.
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
