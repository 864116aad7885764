'use client'

import { Camera as CameraIcon, CameraOff, LoaderCircle, Play, SwitchCamera, X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { LiveCamera, type LiveState } from '@/lib/client/camera/live-camera'
import { confidence } from '@/lib/shared/results/confidence'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'
import { useSecondsUntil } from '../ui/use-seconds-until'
import { Pending } from './pending'
import { ScoreBars, TopPrediction } from './photo-result'

interface CameraProps {
  model: string
  shown: number
  least: number
  onCapture(files: readonly Blob[]): void
  onClose(): void
  strip: ReactNode
  options: ReactNode
}

const ICON = 'grid size-10 place-items-center rounded-full bg-black/75 text-white hover:bg-black'

/** What the camera sees and what the model says of it, frame by frame. */
export function Camera({ model, shown, least, onCapture, onClose, strip, options }: CameraProps) {
  const t = useTranslations('camera')
  const video = useRef<HTMLVideoElement>(null)
  const { camera, state } = useLiveCamera(video, model)
  const frame = state.name === 'running' ? state.frame : null
  async function capturePhoto(): Promise<void> {
    if (camera) onCapture([await camera.capturePhoto()])
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-14 gap-y-5 pt-2 lg:grid-cols-[minmax(0,597fr)_minmax(0,467fr)] lg:pt-5">
      <div>
        <div className="relative aspect-[4/3] overflow-hidden rounded-2xl bg-sunk lg:aspect-[597/523]">
          <video
            ref={video}
            muted
            playsInline
            aria-label={t('title')}
            className={`absolute inset-0 size-full object-cover ${state.name === 'running' ? '' : 'invisible'}`}
          />
          {state.name !== 'running' && <CameraPlaceholder state={state} onStart={() => void camera?.start()} />}
          <div className="absolute top-3 left-3">
            <FrameRate frame={frame} />
          </div>
          <div className="absolute top-3 right-3 flex gap-2">
            {state.name === 'running' && (
              <button
                type="button"
                onClick={() => camera?.switchCamera()}
                aria-label={t('switch')}
                className={`${ICON} pointer-fine:hidden`}
              >
                <SwitchCamera aria-hidden className="size-4" />
              </button>
            )}
            <button type="button" onClick={onClose} aria-label={t('close')} className={ICON}>
              <X aria-hidden className="size-4" />
            </button>
          </div>
          {state.name === 'running' && (
            <div className="absolute right-3 bottom-3">
              <Button variant="primary" onClick={capturePhoto}>
                <CameraIcon aria-hidden /> {t('shoot')}
              </Button>
            </div>
          )}
        </div>
        {strip}
      </div>
      <section aria-label={t('title')} className="lg:pt-2">
        {frame ? (
          <>
            <TopPrediction result={frame.result} />
            <ScoreBars predictions={frame.result.predictions} shown={shown} least={least} />
          </>
        ) : state.name === 'running' || state.name === 'starting' ? (
          <Pending phase={{ name: 'running' }} shown={shown} />
        ) : (
          <h1 className="font-semibold text-xl tracking-tight">{t('title')}</h1>
        )}
        <CameraWarning state={state} />
        {options}
        <p className="mt-5 text-ink-3 text-xs">{t('privacy')}</p>
        <CameraAnnouncer state={state} />
      </section>
    </div>
  )
}

/** A camera for as long as the component is there. */
function useLiveCamera(video: React.RefObject<HTMLVideoElement | null>, model: string) {
  const [camera, setCamera] = useState<LiveCamera | null>(null)
  const [state, setState] = useState<LiveState>({ name: 'starting' })
  const current = useRef(model)
  current.current = model
  useEffect(() => {
    if (!video.current) return
    const live = new LiveCamera(video.current, () => current.current)
    setCamera(live)
    const leave = live.subscribe(() => setState(live.snapshot()))
    void live.start()
    return () => {
      leave()
      live.close()
    }
  }, [video])
  return { camera, state }
}

/** Why there is no moving picture, and what to do. */
function CameraPlaceholder({ state, onStart }: { state: Exclude<LiveState, { name: 'running' }>; onStart(): void }) {
  const t = useTranslations('camera')
  const failure = useTranslations('failure')
  const text = state.name === 'failed' ? state.trouble : state.name
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
      <p className="mt-1 font-semibold">{t(text)}</p>
      <p className="max-w-[34ch] text-pretty text-ink-2 text-sm">{t(`${text}Hint`)}</p>
      {state.name !== 'starting' && (
        <Button variant="primary" onClick={onStart} className="mt-3">
          <Play aria-hidden /> {state.name === 'paused' ? t('resume') : failure('retry')}
        </Button>
      )}
    </div>
  )
}

/** Frames a second and the time of one, in the corner of the picture. */
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

/** What keeps the next frame from its answer; the last answer stays. */
function CameraWarning({ state }: { state: LiveState }) {
  const t = useTranslations('camera')
  const problem = useProblem()
  const until = state.name === 'running' ? state.until : null
  const seconds = useSecondsUntil(until)
  if (state.name !== 'running' || !state.failure) return null
  return (
    <p role="alert" className="mt-4 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">
      {until === null ? t('trouble', { title: problem(state.failure).title }) : t('busy', { seconds })}
    </p>
  )
}

const SPOKEN_MS = 2000

/** Says the label to screen readers once it has stayed for a while, not thirty times a second. */
function CameraAnnouncer({ state }: { state: LiveState }) {
  const t = useTranslations('camera')
  const words = useTranslations('confidence')
  const [spoken, setSpoken] = useState('')
  const result = state.name === 'running' ? state.frame?.result : undefined
  const best = result?.predictions[0]
  const sentence =
    best && result ? t('announce', { words: words(confidence(best.score, result.uncertain)), label: best.label }) : ''
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(sentence), SPOKEN_MS)
    return () => clearTimeout(timer)
  }, [sentence])
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  )
}
