import { CameraOff, LoaderCircle, Play } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LiveState } from '@/lib/client/camera/live-camera'
import { Button } from '../../ui/button'

interface CameraPlaceholderProps {
  state: Exclude<LiveState, { name: 'running' }>
  onStart(): void
}

/** Shown instead of the video: why there is none, and what to do. */
export function CameraPlaceholder({ state, onStart }: CameraPlaceholderProps) {
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
      ) : (
        <CameraOff aria-hidden className="size-7 text-ink-3" strokeWidth={1.5} />
      )}
      <p className="mt-1 font-semibold">{t(key)}</p>
      <p className="max-w-[34ch] text-pretty text-ink-2 text-sm">{t(`${key}Hint`)}</p>
      {state.name !== 'starting' && (
        <Button variant="primary" onClick={onStart} className="mt-3">
          <Play aria-hidden /> {state.name === 'paused' ? t('resume') : failure('retry')}
        </Button>
      )}
    </div>
  )
}
