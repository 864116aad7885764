import { serverWatch } from './server-watch'

/** Attempts to load, each once the server says that it is ready. Code of an earlier release never comes back. */
const MAX_ATTEMPTS = 8

/** Loads code, also if the server is away for a while. Returns whether it was loaded before the signal was aborted. */
export async function loadWhenReady(load: () => Promise<void>, signal?: AbortSignal): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS && !signal?.aborted; attempt++) {
    try {
      await load()
      return !signal?.aborted
    } catch {
      await serverWatch.wait(signal)
    }
  }
  return false
}
