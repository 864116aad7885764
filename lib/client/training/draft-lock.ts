const NAME = 'vision-training'
/** After a reload, the old page releases the lock a moment after the new one asks for it (milliseconds). */
const PATIENCE_MS = 500

/**
 * One tab of this browser has the draft: two would overwrite each other's changes. Plain HTTP has no locks; there, each
 * tab takes it.
 */
export class DraftLock {
  /**
   * @param steal whether to take it from another tab
   * @param onLost called if another tab takes it
   * @returns whether this tab has it
   */
  async take(steal: boolean, onLost: () => void): Promise<boolean> {
    const locks = globalThis.navigator?.locks
    if (!locks) return true
    return new Promise((resolve) => {
      let held = false
      const hold = () => {
        held = true
        resolve(true)
        // Held until the tab is closed, or another one takes it.
        return new Promise<void>(() => {})
      }
      const options = steal ? { steal } : { signal: AbortSignal.timeout(PATIENCE_MS) }
      // Rejects if it wasn't granted in time, and also once it is stolen.
      locks.request(NAME, options, hold).catch(() => {
        if (held) onLost()
        else resolve(false)
      })
    })
  }
}
