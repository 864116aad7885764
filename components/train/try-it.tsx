import { ImagePlus, Video } from 'lucide-react'
import { type Ref, useCallback, useImperativeHandle, useState } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { ByPointer } from '../ui/by-pointer'
import { FileButton } from '../ui/file-button'
import { filesFromEvent } from '../ui/files-from-event'
import { focusOnceThere } from '../ui/focus-once-there'
import { lazy } from '../ui/lazy'

const TriedPhoto = lazy(
  () => import('./tried-photo').then((module) => module.TriedPhoto),
  () => <div className="mt-3 aspect-[4/3] rounded-card bg-sunk" />,
)
const TryWebcam = lazy(
  () => import('./try-webcam').then((module) => module.TryWebcam),
  () => <div className="mt-3 aspect-[4/3] rounded-card bg-sunk" />,
)

export interface TryItHandle {
  open(photo: File): void
}

interface TryItProps {
  ref: Ref<TryItHandle>
  session: TrainingSession
  state: TrainingSnapshot
}

/** Tries the model with a photo or the webcam. The answer follows each change of the model. */
export function TryIt({ ref, session, state }: TryItProps) {
  const t = useTranslations('train')
  const [shown, setShown] = useState<File | 'webcam' | null>(null)
  useImperativeHandle(ref, () => ({ open: setShown }), [])
  const choose = useCallback(([file]: readonly File[]) => file && setShown(file), [])
  const { getRootProps, isDragActive } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: choose,
    noClick: true,
    noKeyboard: true,
    noDragEventsBubbling: true,
    disabled: state.model === null,
  })
  const { model } = state
  function close(): void {
    setShown(null)
    focusOnceThere('[data-try-webcam]')
  }
  return (
    <section
      {...getRootProps({ role: 'region' })}
      aria-labelledby="try-title"
      className={`rounded-2xl border bg-card p-5 shadow-card outline-none ${isDragActive ? 'border-accent bg-accent-soft' : 'border-line'}`}
    >
      <h2 id="try-title" className="font-semibold text-sm">
        {t('tryTitle')}
      </h2>
      {model === null ? (
        <p className="mt-1 text-pretty text-ink-2 text-sm">{t('tryFirst')}</p>
      ) : (
        <>
          {shown === null && (
            <p className="mt-1 text-pretty text-ink-2 text-sm">
              <ByPointer fine={t('tryHint')} coarse={t('tryHintTouch')} />
            </p>
          )}
          {shown instanceof File && (
            <TriedPhoto session={session} state={state} head={model.head} file={shown} onClose={close} />
          )}
          {shown === 'webcam' && <TryWebcam base={state.base} head={model.head} onFile={setShown} onClose={close} />}
          <div className="mt-3 flex flex-wrap gap-2">
            <FileButton accept="image/*,.heic,.heif,.hif,.ppm,.pgm" onFiles={choose}>
              <ImagePlus aria-hidden /> {t('tryChoose')}
            </FileButton>
            {shown !== 'webcam' && (
              <Button data-try-webcam variant="quiet" onClick={() => setShown('webcam')}>
                <Video aria-hidden /> {t('webcam')}
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  )
}
