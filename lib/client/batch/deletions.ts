import { BASE_PATH } from '@/lib/shared/web/base-path'

const CHANNEL = `vision-deleted-batches${BASE_PATH}`

/** Tells all pages of this browser that a batch was deleted. */
export function announceDeletion(id: string): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(id)
  channel.close()
}

/** Reports the IDs of batches that are deleted on any page, until the returned function is called. */
export function onDeletion(listener: (id: string) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = ({ data }) => listener(String(data))
  return () => channel.close()
}
