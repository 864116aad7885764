import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { lazy } from '../ui/lazy'
import { useSessionState } from './use-tab-session'

// Loaded with the first photo: before, there is nothing to remove.
const UndoNotice = lazy(() => import('../ui/undo-notice').then((module) => module.UndoNotice))

/** Offers to bring back the photos that were just removed. */
export function RemovedNotice({ session }: { session: PhotoSession }) {
  const t = useTranslations('classify')
  const removed = useSessionState(session, (state) => state.removed)
  const hasPhotos = useSessionState(session, ({ photos }) => photos.length > 0)
  if (!hasPhotos && removed.length === 0) return null
  return (
    <UndoNotice
      removed={removed.length > 0 ? removed : null}
      text={t('removed', { count: removed.length })}
      onUndo={() => session.undoRemove()}
      restored={`[data-photo="${removed[0]?.id}"]`}
      onForget={() => session.forgetRemoved()}
    />
  )
}
