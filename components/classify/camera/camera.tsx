'use client'

import { Camera as CameraIcon, CloudOff, SwitchCamera, X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { isServerAway } from '@/lib/client/api/failure'
import type { LiveState } from '@/lib/client/camera/live-camera'
import { Button } from '../../ui/button'
import { useFormat } from '../../ui/use-format'
import { useOnline } from '../../ui/use-online'
import { useProblem } from '../../ui/use-problem'
import { useSecondsUntil } from '../../ui/use-seconds-until'
import { Pending } from '../pending'
import { ScoreBars } from '../score-bars'
import { TopPrediction } from '../top-prediction'
import { CameraAnnouncer } from './camera-announcer'
import { CameraPlaceholder } from './camera-placeholder'
import { useFocusCamera } from './use-focus-camera'
import { useLiveCamera } from './use-live-camera'

interface CameraProps {
  model: string
  /** Whether frames are classified in this browser. */
  here: boolean
  labelCount: number
  minScore: number
  onCapture(files: readonly Blob[]): void
  onClose(): void
  strip: ReactNode
  options: ReactNode
}

const ICON_BUTTON = 'grid size-10 place-items-center rounded-full bg-black/75 text-white hover:bg-black'

/** The live camera view, with the model's predictions for each frame. */
export function Camera({ model, here, labelCount, minScore, onCapture, onClose, strip, options }: CameraProps) {
  const t = useTranslations('camera')
  const video = useRef<HTMLVideoElement>(null)
  const { camera, state } = useLiveCamera(video, model, here)
  const { picture, shutter } = useFocusCamera(state.name)
  const loading = state.name === 'running' ? state.loading : null
  const frame = state.name === 'running' && !loading ? state.frame : null
  /** Shows the photos and their results instead of the camera. */
  function show(files: readonly Blob[]): void {
    if (files.length === 0) return
    onCapture(files)
    onClose()
  }
  async function capture(): Promise<void> {
    if (camera) show([await camera.capturePhoto()])
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-14 gap-y-5 pt-2 lg:grid-cols-[minmax(0,597fr)_minmax(0,467fr)] lg:pt-5">
      <div>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has a layout of its own */}
        <div
          ref={picture}
          role="group"
          aria-label={t('title')}
          tabIndex={-1}
          className="relative aspect-[4/3] overflow-hidden rounded-2xl bg-sunk outline-none max-lg:max-h-[60dvh] max-lg:w-full lg:aspect-[597/523]"
        >
          <video
            ref={video}
            muted
            playsInline
            aria-label={t('title')}
            className={`absolute inset-0 size-full object-cover ${state.name === 'running' ? '' : 'invisible'}`}
          />
          {state.name !== 'running' && (
            <CameraPlaceholder state={state} onStart={() => void camera?.start()} onFiles={show} />
          )}
          <div className="absolute top-3 left-3">
            {/* While no frame has a result, the last rate would mislead. */}
            {state.name === 'running' && !state.failure && <FrameRate frame={frame} />}
          </div>
          <div className="absolute top-3 right-3 flex gap-2">
            {state.name === 'running' && (
              <button
                type="button"
                onClick={() => camera?.switchCamera()}
                aria-label={t('switch')}
                className={`${ICON_BUTTON} pointer-fine:hidden`}
              >
                <SwitchCamera aria-hidden className="size-4" />
              </button>
            )}
            <button type="button" onClick={onClose} aria-label={t('close')} className={ICON_BUTTON}>
              <X aria-hidden className="size-4" />
            </button>
          </div>
          {state.name === 'running' && (
            <div className="absolute right-3 bottom-3">
              <Button ref={shutter} variant="primary" onClick={capture}>
                <CameraIcon aria-hidden /> {t('shoot')}
              </Button>
            </div>
          )}
        </div>
        {strip}
      </div>
      <section aria-label={t('title')} className="lg:pt-2">
        {options}
        {frame ? (
          <>
            <TopPrediction result={frame.result} />
            <ScoreBars predictions={frame.result.predictions} labelCount={labelCount} minScore={minScore} />
          </>
        ) : state.name === 'running' ? (
          <Pending phase={loading ? { name: 'loading', ...loading } : { name: 'running' }} labelCount={labelCount} />
        ) : (
          <h1 className="font-semibold text-xl tracking-tight">{t('title')}</h1>
        )}
        <CameraWarning state={state} />
        <p className="mt-5 text-ink-3 text-xs">{t(here ? 'privacyHere' : 'privacy')}</p>
        <CameraAnnouncer state={state} />
      </section>
    </div>
  )
}

/** Frame rate and latency, in a corner of the video. */
function FrameRate({ frame }: { frame: Extract<LiveState, { name: 'running' }>['frame'] }) {
  const t = useTranslations('camera')
  const format = useFormat()
  if (!frame) return null
  return (
    <p className="figures rounded-[6px] bg-black/75 px-2 py-1 text-white text-xs">
      {frame.framesPerSecond > 0 && `${t('rate', { rate: format.milliseconds(frame.framesPerSecond) })} · `}
      {t('latency', { ms: Math.round(frame.latencyMs) })}
    </p>
  )
}

/** Why the next frame has no result yet. The last result stays visible. */
function CameraWarning({ state }: { state: LiveState }) {
  const t = useTranslations('camera')
  const away = useTranslations('away')
  const problem = useProblem()
  const online = useOnline()
  const until = state.name === 'running' ? state.until : null
  const seconds = useSecondsUntil(until)
  if (state.name !== 'running' || !state.failure) return null
  if (isServerAway(state.failure)) {
    return (
      <p role="status" className="mt-4 flex items-center gap-2 rounded-card bg-sunk px-3 py-2 text-ink-2 text-sm">
        <CloudOff aria-hidden className="size-4 shrink-0 text-ink-3" />
        {away(online ? 'title' : 'offlineTitle')}
      </p>
    )
  }
  return (
    <p role="alert" className="mt-4 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">
      {until === null ? t('trouble', { title: problem(state.failure).title }) : t('busy', { seconds })}
    </p>
  )
}
