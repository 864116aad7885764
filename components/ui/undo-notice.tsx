import { Undo2, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from './button'
import { focusIsLost } from './focus-is-lost'
import { focusOnceThere } from './focus-once-there'

/** How long a removal can be undone, in milliseconds. */
const UNDO_MS = 15_000

interface UndoNoticeProps {
  /** What was removed last; null if there is nothing to undo. Another object starts the time anew. */
  removed: object | null
  /** Says what was removed. */
  text: string
  onUndo(): void | Promise<void>
  /** Selects the element that comes back. The button that had the focus is gone then. */
  restored: string
  /** The time is over, or the visitor closed the notice. */
  onForget(): void
}

/**
 * Offers to bring back what was just removed. Floats over the page, which doesn't move. If the focus was on what is
 * gone, it moves here: a keyboard would need to cross the page to come here in time.
 */
export function UndoNotice({ removed, text, onUndo, restored, onForget }: UndoNoticeProps) {
  const t = useTranslations('classify')
  const undo = useRef<HTMLButtonElement>(null)
  const forget = useRef(onForget)
  forget.current = onForget
  useEffect(() => {
    if (removed === null) return
    if (focusIsLost()) undo.current?.focus({ preventScroll: true })
    const timer = setTimeout(() => forget.current(), UNDO_MS)
    return () => clearTimeout(timer)
  }, [removed])
  async function bringBack(): Promise<void> {
    await onUndo()
    focusOnceThere(restored)
  }
  return (
    <div role="status" className="fixed inset-x-4 bottom-4 z-20 mx-auto max-w-[26rem] empty:hidden">
      {removed !== null && (
        <div className="flex items-center gap-2 rounded-card border border-line-2 bg-card py-2 pr-2 pl-4 text-sm shadow-card">
          <p className="mr-auto min-w-0">{text}</p>
          <Button ref={undo} data-undo variant="quiet" onClick={bringBack}>
            <Undo2 aria-hidden /> {t('undo')}
          </Button>
          <button
            type="button"
            onClick={onForget}
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
