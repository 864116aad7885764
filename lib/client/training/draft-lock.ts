const NAME = 'vision-training'

/**
 * One tab of this browser has the draft: two would overwrite each other's changes. Plain HTTP has no locks; there, each
 * tab takes it.
 */
export class DraftLock {
  private release = () => {}

  /**
   * @param steal whether to take it from another tab
   * @param onLost called if another tab takes it
   * @returns whether this tab has it
   */
  async take(steal: boolean, onLost: () => void): Promise<boolean> {
    const locks = globalThis.navigator?.locks
    if (!locks) return true
    return new Promise((resolve) => {
      const hold = (lock: Lock | null) => {
        resolve(lock !== null)
        if (lock === null) return
        return new Promise<void>((release) => {
          this.release = release
        })
      }
      // A stolen lock rejects.
      locks.request(NAME, steal ? { steal } : { ifAvailable: true }, hold).catch(() => {
        resolve(false)
        onLost()
      })
    })
  }

  give(): void {
    this.release()
  }
}
