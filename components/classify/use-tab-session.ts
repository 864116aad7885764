import { useEffect, useState, useSyncExternalStore } from 'react'
import type { PhotoSession, Snapshot } from '@/lib/client/photos/photo-session'
import { tabSession } from '@/lib/client/photos/tab-session'
import { type View, ViewHistory } from '@/lib/client/photos/view-history'

interface TabSession {
  session: PhotoSession
  views: ViewHistory
  view: View
  snapshot: Snapshot
}

/**
 * This tab's photos, and the view that the URL selects.
 *
 * @param path the path of the page
 */
export function useTabSession(model: string, maxBytes: number, path = '/'): TabSession {
  const [{ session, views }] = useState(() => {
    const session = tabSession(model, maxBytes)
    return { session, views: new ViewHistory(session, path) }
  })
  useEffect(() => views.connect(), [views])
  useEffect(() => {
    const online = () => session.retryOffline()
    window.addEventListener('online', online)
    return () => window.removeEventListener('online', online)
  }, [session])
  const snapshot = useSyncExternalStore(session.subscribe, session.snapshot, session.serverSnapshot)
  const view = useSyncExternalStore(views.subscribe, views.snapshot, views.serverSnapshot)
  return { session, views, view, snapshot }
}
