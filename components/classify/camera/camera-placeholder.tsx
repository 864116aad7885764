import { Camera, CameraOff, LoaderCircle, Play, RotateCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LiveState } from '@/lib/client/camera/live-camera'
import { Button } from '../../ui/button'
import { ChooseInstead } from './choose-instead'

interface CameraPlaceholderProps {
  state: Exclude<LiveState, { name: 'running' }>
  onStart(): void
  /** Photos that the visitor chose because there is no camera. */
  onFiles(files: readonly Blob[]): void
}

/** Shown instead of the video: why there is none, and what to do. */
export function CameraPlaceholder({ state, onStart, onFiles }: CameraPlaceholderProps) {
  const t = useTranslations('camera')
  const failure = useTranslations('failure')
  const key = state.name === 'failed' ? state.error : state.name
  return (
    <div
      role={state.name === 'failed' ? 'alert' : 'status'}
      className="absolute inset-0 grid place-content-center justify-items-center gap-2 px-8 text-center"
    >
      {state.name === 'starting' ? (
        <LoaderCircle aria-hidden className="size-7 animate-spin text-ink-3" strokeWidth={1.5} />
      ) : state.name === 'asking' ? (
        <Camera aria-hidden className="size-7 text-accent" strokeWidth={1.5} />
      ) : (
        <CameraOff aria-hidden className="size-7 text-ink-3" strokeWidth={1.5} />
      )}
      <p className="mt-1 font-semibold">{t(key)}</p>
      <p className="max-w-[34ch] text-pretty text-ink-2 text-sm">{t(`${key}Hint`)}</p>
      {state.name === 'paused' && (
        <Button variant="primary" onClick={onStart} className="mt-3">
          <Play aria-hidden /> {t('resume')}
        </Button>
      )}
      {state.name === 'failed' && (
        <div className="mt-3 flex flex-wrap justify-center gap-2">
          <ChooseInstead onFiles={onFiles} />
          {state.error !== 'insecure' && (
            <Button variant="quiet" onClick={onStart}>
              <RotateCw aria-hidden /> {failure('retry')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
