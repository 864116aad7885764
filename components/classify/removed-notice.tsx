import { Undo2, X } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { Button } from '../ui/button'
import { useSessionState } from './use-tab-session'

/** How long a removal can be undone, in milliseconds. */
const UNDO_MS = 15_000

/** Offers to bring back the photos that were just removed. Floats over the page, which doesn't move. */
export function RemovedNotice({ session }: { session: PhotoSession }) {
  const t = useTranslations('classify')
  const removed = useSessionState(session, (state) => state.removed)
  useEffect(() => {
    if (removed.length === 0) return
    const timer = setTimeout(() => session.forgetRemoved(), UNDO_MS)
    return () => clearTimeout(timer)
  }, [session, removed])
  return (
    <div role="status" className="fixed inset-x-4 bottom-4 z-20 mx-auto max-w-[26rem] empty:hidden">
      {removed.length > 0 && (
        <div className="flex items-center gap-2 rounded-card border border-line-2 bg-card py-2 pr-2 pl-4 text-sm shadow-card">
          <p className="mr-auto min-w-0">{t('removed', { count: removed.length })}</p>
          <Button variant="quiet" onClick={() => session.undoRemove()}>
            <Undo2 aria-hidden /> {t('undo')}
          </Button>
          <button
            type="button"
            onClick={() => session.forgetRemoved()}
            aria-label={t('dismiss')}
            className="grid size-9 shrink-0 place-items-center rounded-[7px] hover:bg-sunk"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      )}
    </div>
  )
}
