import { CameraOff, LoaderCircle, SwitchCamera, X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Recorder, type RecorderState } from '@/lib/client/training/recorder'
import { ChooseInstead } from '../classify/camera/choose-instead'

/** A webcam for as long as the component is mounted. */
export function useRecorder(): {
  video: RefObject<HTMLVideoElement | null>
  recorder: Recorder | null
  state: RecorderState
} {
  const video = useRef<HTMLVideoElement>(null)
  const [recorder, setRecorder] = useState<Recorder | null>(null)
  const [state, setState] = useState<RecorderState>({ name: 'starting' })
  useEffect(() => {
    if (!video.current) return
    const created = new Recorder(video.current, setState)
    setRecorder(created)
    void created.start()
    return () => created.close()
  }, [])
  return { video, recorder, state }
}

interface WebcamViewProps {
  video: RefObject<HTMLVideoElement | null>
  recorder: Recorder | null
  state: RecorderState
  /** Files that were chosen because there is no webcam. */
  onFiles(files: readonly File[]): void
  onClose(): void
  /** Over the picture. */
  children?: ReactNode
}

const ICON_BUTTON = 'grid size-10 place-items-center rounded-full bg-black/75 text-white hover:bg-black'

/** The picture of a webcam, or why there is none. */
export function WebcamView({ video, recorder, state, onFiles, onClose, children }: WebcamViewProps) {
  const t = useTranslations('train')
  const camera = useTranslations('camera')
  return (
    <div className="relative aspect-[4/3] overflow-hidden rounded-card bg-sunk">
      <video
        ref={video}
        muted
        playsInline
        aria-label={t('webcam')}
        className={`absolute inset-0 size-full object-cover ${state.name === 'running' ? '' : 'invisible'}`}
      />
      {state.name === 'starting' && (
        <p
          role="status"
          className="absolute inset-0 grid place-content-center justify-items-center gap-2 text-ink-2 text-sm"
        >
          <LoaderCircle aria-hidden className="size-6 animate-spin" strokeWidth={1.5} />
          {camera('starting')}
        </p>
      )}
      {state.name === 'failed' && (
        <div
          role="alert"
          className="absolute inset-0 grid place-content-center justify-items-center gap-1.5 px-6 text-center text-sm"
        >
          <CameraOff aria-hidden className="size-6 text-ink-3" strokeWidth={1.5} />
          <p className="font-semibold">{camera(state.error)}</p>
          <p className="max-w-[34ch] text-pretty text-ink-2">{camera(`${state.error}Hint`)}</p>
          <div className="mt-2 flex flex-wrap justify-center gap-2">
            <ChooseInstead onFiles={(files) => onFiles(files.filter((file) => file instanceof File))} />
          </div>
        </div>
      )}
      <div className="absolute top-2 right-2 flex gap-2">
        {state.name === 'running' && (
          <button
            type="button"
            onClick={() => recorder?.switchCamera()}
            aria-label={camera('switch')}
            className={`${ICON_BUTTON} pointer-fine:hidden`}
          >
            <SwitchCamera aria-hidden className="size-4" />
          </button>
        )}
        <button type="button" onClick={onClose} aria-label={t('closeWebcam')} className={ICON_BUTTON}>
          <X aria-hidden className="size-4" />
        </button>
      </div>
      {children}
    </div>
  )
}
