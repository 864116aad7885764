import { Dialog } from '@base-ui/react/dialog'
import clsx from 'clsx'
import { RotateCw, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingLabel, TrainingPhoto } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { useProblem } from '../ui/use-problem'
import { LabelSelect } from './label-select'
import { SelectablePhoto } from './selectable-photo'

interface PhotosDialogProps {
  session: TrainingSession
  title: string
  photos: readonly TrainingPhoto[]
  labels: readonly TrainingLabel[]
  onClose(): void
}

/** All photos of a label, or of a mistake: select some, then move or remove them. */
export function PhotosDialog({ session, title, photos, labels, onClose }: PhotosDialogProps) {
  const t = useTranslations('train')
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const close = useRef(onClose)
  close.current = onClose
  const empty = photos.length === 0
  useEffect(() => {
    // Nothing is left to choose from, and "Undo" is on the page.
    if (empty) close.current()
  }, [empty])
  const selected = photos.filter(({ id }) => chosen.has(id))
  function toggle(id: number): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-black/50" />
        <Dialog.Popup
          finalFocus={() => (empty ? document.querySelector<HTMLElement>('[data-undo]') : true)}
          className="fixed top-1/2 left-1/2 z-30 flex max-h-[calc(100dvh-24px)] w-[min(760px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 flex-col rounded-2xl bg-card p-5 shadow-card outline-none"
        >
          <div className="flex items-center gap-2">
            <Dialog.Title translate="no" className="min-w-0 flex-1 truncate font-semibold">
              {title}
            </Dialog.Title>
            <Dialog.Close
              aria-label={t('dialogClose')}
              className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
            <p role="status" className="text-ink-2">
              {chosen.size > 0 ? t('selected', { count: selected.length }) : t('photos', { count: photos.length })}
            </p>
            <Button
              variant="quiet"
              className="-mx-3 h-9! px-3!"
              onClick={() => setChosen(new Set(photos.map(({ id }) => id)))}
            >
              {t('selectAll')}
            </Button>
          </div>
          <ul className="-mx-1 mt-2 grid min-h-24 grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-2 overflow-y-auto p-1">
            {photos.map((photo) => (
              <li key={photo.id}>
                <Tile
                  session={session}
                  photo={photo}
                  checked={chosen.has(photo.id)}
                  onToggle={() => toggle(photo.id)}
                />
              </li>
            ))}
          </ul>
          <Actions session={session} selected={selected} labels={labels} onDone={() => setChosen(new Set())} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface TileProps {
  session: TrainingSession
  photo: TrainingPhoto
  checked: boolean
  onToggle(): void
}

function Tile({ session, photo, checked, onToggle }: TileProps) {
  const t = useTranslations('train')
  const problem = useProblem()
  const file = session.file(photo.id)
  return (
    <SelectablePhoto
      photo={photo}
      file={file}
      label={t('select', { name: photo.name })}
      checked={checked}
      onToggle={onToggle}
      className={clsx('bg-sunk', checked && 'outline-2 outline-accent outline-offset-2')}
    >
      {(file === null || photo.state === 'failed') && (
        <span
          className={clsx(
            'absolute inset-x-1 bottom-1 line-clamp-2 text-center text-xs',
            photo.state === 'failed' ? 'text-white' : 'text-ink-2',
          )}
        >
          {photo.failure ? problem(photo.failure).title : t('noPicture')}
        </span>
      )}
    </SelectablePhoto>
  )
}

interface ActionsProps {
  session: TrainingSession
  selected: readonly TrainingPhoto[]
  labels: readonly TrainingLabel[]
  onDone(): void
}

function Actions({ session, selected, labels, onDone }: ActionsProps) {
  const t = useTranslations('train')
  const ids = selected.map((photo) => photo.id)
  const none = ids.length === 0
  const failed = selected.filter(({ state }) => state === 'failed')
  function act(action: () => void): void {
    action()
    onDone()
  }
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2 border-line border-t pt-4">
      <LabelSelect
        name={t('move')}
        labels={labels}
        disabled={none}
        onChoose={(label) => act(() => session.movePhotos(ids, label))}
      />
      <Button
        variant="quiet"
        disabled={none}
        className="disabled:opacity-50"
        onClick={() => act(() => session.removePhotos(ids))}
      >
        <Trash2 aria-hidden /> {t('remove')}
      </Button>
      {failed.length > 0 && (
        <Button variant="quiet" onClick={() => act(() => failed.forEach((photo) => void session.retryPhoto(photo.id)))}>
          <RotateCw aria-hidden /> {t('retry')}
        </Button>
      )}
    </div>
  )
}
