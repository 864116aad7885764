const CHANNEL = 'vision-storage-full'

/** Tells this browser's pages if something couldn't be kept because there is no space left. From pages and workers. */
export function reportIfFull(error: unknown): void {
  if (!isStorageFull(error)) return
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(null)
  channel.close()
}

/** Calls `onFull` for as long as the page is open. */
export function onStorageFull(onFull: () => void): void {
  new BroadcastChannel(CHANNEL).onmessage = onFull
}

/** Whether an error means that there is no space left. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError'
}
