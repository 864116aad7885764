/** A page holds the lock of a batch while it has photos to upload, so that other pages leave them to it. */
const lockName = (id: string) => `vision-upload ${id}`

/** Tells the other pages of this browser who uploads a batch. Plain HTTP has no locks: there, each page is on its own. */
export class UploadLock {
  private held: AbortController | null = null

  /** Takes the lock, unless this page has it or waits for it. */
  hold(id: string): void {
    if (this.held || !globalThis.navigator?.locks) return
    const held = new AbortController()
    this.held = held
    const untilReleased = () =>
      new Promise<void>((resolve) => {
        if (held.signal.aborted) resolve()
        held.signal.addEventListener('abort', () => resolve())
      })
    // Rejects if it is released before it was granted.
    navigator.locks.request(lockName(id), { signal: held.signal }, untilReleased).catch(() => {})
  }

  release(): void {
    this.held?.abort()
    this.held = null
  }
}

/** Whether a page of this browser is uploading photos of the batch. */
export async function isUploading(id: string): Promise<boolean> {
  if (!globalThis.navigator?.locks) return false
  const { held = [] } = await navigator.locks.query()
  return held.some(({ name, mode }) => name === lockName(id) && mode === 'exclusive')
}

/** Waits until no page uploads photos of the batch, or until the signal is aborted. */
export async function uploadEnd(id: string, signal: AbortSignal): Promise<void> {
  // Any number of pages can wait with a shared lock.
  await navigator.locks.request(lockName(id), { mode: 'shared', signal }, () => {}).catch(() => {})
}
