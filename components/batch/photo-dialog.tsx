import { Dialog } from '@base-ui/react/dialog'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { ResultRow } from '@/lib/shared/results/columns'
import { PhotoDetails } from './photo-details'
import { PhotoStatus } from './photo-status'

interface PhotoDialogProps {
  item: BatchItem
  /** Another model's result, and the name of that model. */
  otherRow: ResultRow | null
  otherModel: string
  source: PhotoSource | undefined
  onClose(): void
  /** Loads the thumbnail of a photo; null if there is none. */
  onThumbnail(index: number): Promise<Blob | null>
  /** Null at the first and last photo of the table. */
  onPrevious: (() => void) | null
  onNext: (() => void) | null
  /** Opens the photo on the classify page. */
  onOpenPhoto(file: File): void
  /** Whether the server explains results. */
  canExplain: boolean
}

/** A photo of the batch at full size with its result. Arrow keys move through the table. */
export function PhotoDialog({ item, source, onClose, onPrevious, onNext, ...details }: PhotoDialogProps) {
  const t = useTranslations('batch')
  useArrowKeys(onPrevious, onNext)
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-black/50" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-30 flex max-h-[calc(100dvh-24px)] w-[min(960px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-2xl bg-card p-5 shadow-card outline-none">
          <div className="flex items-center gap-2">
            <Dialog.Title translate="no" className="figures min-w-0 flex-1 truncate text-sm">
              {item.path}
            </Dialog.Title>
            <PhotoStatus item={item} t={t} />
            <StepButton label={t('previous')} onStep={onPrevious}>
              <ChevronLeft aria-hidden className="size-5" />
            </StepButton>
            <StepButton label={t('next')} onStep={onNext}>
              <ChevronRight aria-hidden className="size-5" />
            </StepButton>
            <Dialog.Close
              aria-label={t('close')}
              className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          {/* Each photo starts with a closed explanation: stepping through the table must not run hundreds of times. */}
          <PhotoDetails key={item.index} item={item} source={source} {...details} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Wherever the focus is: it may be on the page behind for a moment after the dialog opened. */
function useArrowKeys(onLeft: (() => void) | null, onRight: (() => void) | null): void {
  useEffect(() => {
    const step = ({ key, target }: KeyboardEvent) => {
      // In a slider or a list, they change its value.
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return
      if (key === 'ArrowLeft') onLeft?.()
      if (key === 'ArrowRight') onRight?.()
    }
    // The dialog keeps arrow keys from the page behind it, so they are taken on their way down.
    window.addEventListener('keydown', step, { capture: true })
    return () => window.removeEventListener('keydown', step, { capture: true })
  }, [onLeft, onRight])
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
