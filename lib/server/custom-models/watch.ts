import { mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { HISTORY } from './object-keys'

/** Several files change when a model is saved; this long after the last change, it is complete. */
const SETTLE_MS = 50

/**
 * Calls `changed` after a process has saved or deleted a model in this folder. Returns a function that stops watching.
 * A folder that cannot be watched is ignored.
 */
export function watchHistory(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  try {
    mkdirSync(join(folder, HISTORY), { recursive: true })
    const watcher = watch(join(folder, HISTORY), { persistent: false, recursive: true }, (_event, name) => {
      if (!name?.endsWith('.json')) return
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
