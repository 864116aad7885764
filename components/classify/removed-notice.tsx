import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { UndoNotice } from '../ui/undo-notice'
import { useSessionState } from './use-tab-session'

/** Offers to bring back the photos that were just removed. */
export function RemovedNotice({ session }: { session: PhotoSession }) {
  const t = useTranslations('classify')
  const removed = useSessionState(session, (state) => state.removed)
  return (
    <UndoNotice
      removed={removed.length > 0 ? removed : null}
      text={t('removed', { count: removed.length })}
      onUndo={() => session.undoRemove()}
      onForget={() => session.forgetRemoved()}
    />
  )
}
