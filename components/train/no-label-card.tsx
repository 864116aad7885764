import { ImagePlus } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import { NONE, type TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { FileButton } from '../ui/file-button'
import { lazy } from '../ui/lazy'

const PhotosDialog = lazy(() => import('./photos-dialog').then((module) => module.PhotosDialog))

/** Photos that have none of the labels: they teach what isn't there, where a photo may have several labels. */
export function NoLabelCard({ session, state }: { session: TrainingSession; state: TrainingSnapshot }) {
  const t = useTranslations('train')
  const [open, setOpen] = useState(false)
  const photos = state.photos.filter(({ label }) => label === NONE)
  if (!state.multiLabel && photos.length === 0) return null
  const title = t('noLabel')
  return (
    <section aria-label={title} className="mt-3 rounded-2xl border border-line bg-card p-4 shadow-card">
      <div className="flex items-start gap-2">
        <h3 className="min-w-0 flex-1 font-semibold">{title}</h3>
        <p className="figures shrink-0 text-ink-2 text-sm">{t('photos', { count: photos.length })}</p>
      </div>
      <p className="mt-1 max-w-[60ch] text-pretty text-ink-2 text-sm">
        {t(state.multiLabel ? 'noLabelHint' : 'noLabelUnused')}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {state.multiLabel && (
          <FileButton
            multiple
            accept="image/*,.heic,.heif,.hif,.ppm,.pgm,.zip"
            onFiles={(files) => void session.addFilesTo(NONE, files)}
          >
            <ImagePlus aria-hidden />
            <span className="sr-only">{t('addPhotosTo', { label: title })}</span>
            <span aria-hidden>{t('addPhotos')}</span>
          </FileButton>
        )}
        {photos.length > 0 && (
          <Button variant="quiet" onClick={() => setOpen(true)}>
            {t('noLabelShow')}
          </Button>
        )}
      </div>
      {open && (
        <PhotosDialog
          session={session}
          title={title}
          photos={photos}
          labels={state.labels}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  )
}
