import { useSyncExternalStore } from 'react'
import { NOTHING_KEPT, type OfflineState, offlineState, subscribeToOffline } from '@/lib/client/offline/offline'

/** What this browser keeps of the app. */
export function useOfflineState(): OfflineState {
  return useSyncExternalStore(subscribeToOffline, offlineState, () => NOTHING_KEPT)
}
