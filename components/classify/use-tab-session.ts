import { useEffect, useState, useSyncExternalStore } from 'react'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { Snapshot } from '@/lib/client/photos/photo-store'
import { tabSession } from '@/lib/client/photos/tab-session'
import { type View, ViewHistory } from '@/lib/client/photos/view-history'

interface TabSession {
  session: PhotoSession
  views: ViewHistory
  view: View
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
  const view = useSyncExternalStore(views.subscribe, views.snapshot, views.serverSnapshot)
  return { session, views, view }
}

/**
 * A part of the session's state. The component renders again only when this part changes: most changes concern one of
 * many photos.
 *
 * @param select must return the same object for the same state
 */
export function useSessionState<T>(session: PhotoSession, select: (state: Snapshot) => T): T {
  return useSyncExternalStore(
    session.subscribe,
    () => select(session.snapshot()),
    () => select(session.serverSnapshot()),
  )
}
