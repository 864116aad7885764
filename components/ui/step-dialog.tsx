import { Dialog } from '@base-ui/react/dialog'
import clsx from 'clsx'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import type { ReactNode } from 'react'

interface StepDialogProps {
  /** The name of a file. */
  title: ReactNode
  /** Beside the title. */
  status?: ReactNode
  /** What the buttons do. */
  texts: { previous: string; next: string; close: string }
  /** Sets the width. */
  className: string
  onClose(): void
  /** Null at the first and last entry of the list. */
  onPrevious: (() => void) | null
  onNext: (() => void) | null
  /** By default, the focus returns to what opened the dialog; false if the page moves it itself. */
  returnFocus?: boolean
  children: ReactNode
}

/** A dialog about one entry of a list, with buttons to the one before it and the one after it. */
export function StepDialog({
  title,
  status,
  texts,
  className,
  onClose,
  onPrevious,
  onNext,
  returnFocus = true,
  children,
}: StepDialogProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-black/50" />
        <Dialog.Popup
          finalFocus={returnFocus}
          className={clsx(
            'fixed top-1/2 left-1/2 z-30 flex max-h-[calc(100dvh-24px)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-2xl bg-card p-5 shadow-card outline-none',
            className,
          )}
        >
          <div className="flex items-center gap-1">
            <Dialog.Title translate="no" className="figures min-w-0 flex-1 truncate text-sm">
              {title}
            </Dialog.Title>
            {status && <span className="mx-1 flex">{status}</span>}
            <StepButton label={texts.previous} onStep={onPrevious}>
              <ChevronLeft aria-hidden className="size-5" />
            </StepButton>
            <StepButton label={texts.next} onStep={onNext}>
              <ChevronRight aria-hidden className="size-5" />
            </StepButton>
            <Dialog.Close
              aria-label={texts.close}
              className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function StepButton({ label, onStep, children }: { label: string; onStep: (() => void) | null; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={onStep === null}
      onClick={() => onStep?.()}
      className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink disabled:opacity-40"
    >
      {children}
    </button>
  )
}
