import { useSyncExternalStore } from 'react'
import { isServerAway, subscribeToServer } from '@/lib/client/offline/server-reach'

/** Whether the server can't be reached. */
export function useServerAway(): boolean {
  return useSyncExternalStore(subscribeToServer, isServerAway, () => false)
}
