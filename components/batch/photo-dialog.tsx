import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { StepDialog } from '../ui/step-dialog'
import { useFormat } from '../ui/use-format'
import { PhotoDetails } from './photo-details'
import { PhotoStatus } from './photo-status'
import type { SimilarIn } from './similar-photos'

interface PhotoDialogProps {
  item: BatchItem
  /** Another model's result, and the name of that model. */
  otherRow: ResultRow | null
  otherModel: string
  source: PhotoSource | undefined
  onClose(): void
  /** Loads the thumbnail of a photo; null if there is none. */
  onThumbnail(index: number): Promise<Blob | null>
  /** Where similar photos are found; null if they can't be. */
  similar: SimilarIn | null
  /** Null at the first and last photo of the table. */
  onPrevious: (() => void) | null
  onNext: (() => void) | null
  /** Opens the photo on the classify page. */
  onOpenPhoto(file: File): void
  /** Whether the photos are classified in this browser. */
  here: boolean
  /** Whether results can be explained. */
  canExplain: boolean
  /** The labels in words of the batch; null if its model has labels of its own. */
  words: LabelWords | null
  /** The visitor's limit for uncertain results; null for the model's own limits. */
  uncertainBelow: number | null
  /** Where the photo is in the table, from 1; null if the filters hide it by now. */
  position: number | null
  /** Photos in the table. */
  total: number
}

/** A photo of the batch at full size with its result. Arrow keys move through the table. */
export function PhotoDialog({
  item,
  source,
  position,
  total,
  onClose,
  onPrevious,
  onNext,
  ...details
}: PhotoDialogProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const nameStart = item.path.lastIndexOf('/') + 1
  useArrowKeys(onPrevious, onNext)
  return (
    <StepDialog
      title={
        <>
          <span className="max-sm:hidden">{item.path.slice(0, nameStart)}</span>
          {item.path.slice(nameStart)}
        </>
      }
      status={
        <span className="flex items-center gap-3">
          <span className="max-sm:hidden">
            <PhotoStatus item={item} t={t} />
          </span>
          {position !== null && (
            <span className="whitespace-nowrap text-ink-2 text-sm tabular-nums">
              {t('found', { found: format.integer(position), all: format.integer(total) })}
            </span>
          )}
        </span>
      }
      texts={{ previous: t('previous'), next: t('next'), close: t('close') }}
      className="w-[min(960px,calc(100vw-24px))]"
      onClose={onClose}
      onPrevious={onPrevious}
      onNext={onNext}
      returnFocus={false}
    >
      {/* An open explanation stays open: it runs once the next photo stands still. */}
      <PhotoDetails item={item} source={source} {...details} />
    </StepDialog>
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
