import clsx from 'clsx'
import { ImagePlus, Trash2, Video } from 'lucide-react'
import { useCallback, useState } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingLabel, TrainingPhoto } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { FileButton } from '../ui/file-button'
import { filesFromEvent } from '../ui/files-from-event'
import { focusOnceThere } from '../ui/focus-once-there'
import { lazy } from '../ui/lazy'
import { ExampleThumbnail } from './example-thumbnail'
import { LabelName } from './label-name'

const Webcam = lazy(
  () => import('./record-webcam').then((module) => module.RecordWebcam),
  () => <div className="mt-3 aspect-[4/3] rounded-card bg-sunk" />,
)
const PhotosDialog = lazy(() => import('./photos-dialog').then((module) => module.PhotosDialog))

interface LabelCardProps {
  session: TrainingSession
  label: TrainingLabel
  labels: readonly TrainingLabel[]
  photos: readonly TrainingPhoto[]
}

/** Photos that are shown in the card; the others are behind a button. */
const MAX_SHOWN = 11
const ACCEPT = 'image/*,.heic,.heif,.hif,.ppm,.pgm,.zip'
const TILE = 'relative aspect-square overflow-hidden rounded-[7px] bg-sunk'

/** A label with its photos, and the ways to add more. Photos that are dropped on it get this label. */
export function LabelCard({ session, label, labels, photos }: LabelCardProps) {
  const t = useTranslations('train')
  const [recording, setRecording] = useState(false)
  const [open, setOpen] = useState(false)
  const add = useCallback((files: readonly File[]) => void session.addFilesTo(label.id, files), [session, label.id])
  const { getRootProps, isDragActive } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: (files) => add(files),
    noClick: true,
    noKeyboard: true,
    noDragEventsBubbling: true,
    multiple: true,
  })
  const shown = photos.length > MAX_SHOWN + 1 ? photos.slice(-MAX_SHOWN) : photos
  const failed = photos.filter(({ state }) => state === 'failed').length
  return (
    <div
      {...getRootProps({ role: 'group', 'aria-label': label.name })}
      data-train-label={label.id}
      className={clsx(
        'rounded-2xl border bg-card p-4 shadow-card outline-none transition-colors duration-150',
        isDragActive ? 'border-accent bg-accent-soft' : 'border-line',
      )}
    >
      <div className="flex items-start gap-2">
        <LabelName session={session} label={label} labels={labels} />
        <p className="figures mr-1 shrink-0 pt-2 text-ink-2 text-sm">{t('photos', { count: photos.length })}</p>
        <button
          type="button"
          aria-label={t('removeLabel', { label: label.name })}
          onClick={() => session.removeLabel(label.id)}
          className="-mr-1.5 grid size-9 shrink-0 place-items-center rounded-card text-ink-3 hover:bg-sunk hover:text-ink"
        >
          <Trash2 aria-hidden className="size-4" />
        </button>
      </div>
      {photos.length > 0 && (
        <div className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(3.75rem,1fr))] gap-1.5">
          {shown.map((photo) => (
            <button
              key={photo.id}
              type="button"
              translate="no"
              title={photo.name}
              aria-label={t('openPhoto', { name: photo.name, label: label.name })}
              onClick={() => setOpen(true)}
              className={TILE}
            >
              <ExampleThumbnail file={session.file(photo.id)} state={photo.state} />
            </button>
          ))}
          {shown.length < photos.length && (
            <button
              type="button"
              aria-label={t('showAll', { count: photos.length, label: label.name })}
              onClick={() => setOpen(true)}
              className={clsx(TILE, 'figures grid place-items-center text-ink-2 text-sm hover:text-ink')}
            >
              {t('morePhotos', { count: photos.length - shown.length })}
            </button>
          )}
        </div>
      )}
      {failed > 0 && (
        <p role="status" className="mt-2 text-bad text-sm">
          {t('failedPhotos', { count: failed })}{' '}
          <button type="button" onClick={() => setOpen(true)} className="font-semibold underline underline-offset-2">
            {t('showFailed')}
          </button>
        </p>
      )}
      {recording && (
        <Webcam
          onPhoto={(file) => session.addPhotos(label.id, [file])}
          onFiles={add}
          onClose={() => {
            setRecording(false)
            focusOnceThere(`[data-train-label="${label.id}"] [data-webcam]`)
          }}
        />
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <FileButton multiple accept={ACCEPT} onFiles={add}>
          <ImagePlus aria-hidden />
          <span className="sr-only">{t('addPhotosTo', { label: label.name })}</span>
          <span aria-hidden>{t('addPhotos')}</span>
        </FileButton>
        {!recording && (
          <Button data-webcam variant="quiet" onClick={() => setRecording(true)}>
            <Video aria-hidden />
            <span className="sr-only">{t('webcamFor', { label: label.name })}</span>
            <span aria-hidden>{t('webcam')}</span>
          </Button>
        )}
      </div>
      {open && (
        <PhotosDialog
          session={session}
          title={label.name}
          photos={photos}
          labels={labels}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}
