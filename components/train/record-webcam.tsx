import clsx from 'clsx'
import { Circle } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useRecorder, WebcamView } from './webcam-view'

interface RecordWebcamProps {
  onPhoto(file: File): void
  /** Files that were chosen because there is no webcam. */
  onFiles(files: readonly File[]): void
  onClose(): void
}

/** Photos per second would be near-copies if there were more of them. */
const INTERVAL_MS = 250

/** The webcam: while the button is held, by pointer or key, its frames become photos. */
export function RecordWebcam({ onPhoto, onFiles, onClose }: RecordWebcamProps) {
  const t = useTranslations('train')
  const { video, recorder, state } = useRecorder()
  const [held, setHeld] = useState(false)
  const [count, setCount] = useState(0)
  const button = useRef<HTMLButtonElement>(null)
  const take = useRef(onPhoto)
  take.current = onPhoto
  useEffect(() => {
    if (state.name === 'running') button.current?.focus({ preventScroll: true })
  }, [state])
  useEffect(() => {
    if (!held || !recorder) return
    let stopped = false
    async function record(): Promise<void> {
      while (!stopped) {
        const frame = await recorder?.frame().catch(() => null)
        if (stopped || !frame) return
        take.current(frame)
        setCount((before) => before + 1)
        await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS))
      }
    }
    void record()
    return () => {
      stopped = true
    }
  }, [held, recorder])
  const isHoldKey = ({ key }: KeyboardEvent) => key === ' ' || key === 'Enter'
  return (
    <div className="mt-3">
      <WebcamView video={video} recorder={recorder} state={state} onFiles={onFiles} onClose={onClose}>
        {state.name === 'running' && (
          <div className="absolute inset-x-3 bottom-3 flex justify-center">
            <button
              ref={button}
              type="button"
              aria-pressed={held}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId)
                setHeld(true)
              }}
              onPointerUp={() => setHeld(false)}
              onPointerCancel={() => setHeld(false)}
              onKeyDown={(event) => {
                if (!isHoldKey(event)) return
                event.preventDefault()
                setHeld(true)
              }}
              onKeyUp={(event) => isHoldKey(event) && setHeld(false)}
              onBlur={() => setHeld(false)}
              onContextMenu={(event) => event.preventDefault()}
              className="inline-flex h-11 touch-none select-none items-center gap-2 rounded-full bg-black/75 px-5 font-semibold text-sm text-white hover:bg-black"
            >
              <Circle aria-hidden className={clsx('size-3.5', held && 'fill-current text-bad')} />
              {held ? t('recording') : t('hold')}
            </button>
          </div>
        )}
      </WebcamView>
      <p role="status" className="mt-2 text-pretty text-ink-2 text-xs">
        {count > 0 ? t('recorded', { count }) : t('holdHint')}
      </p>
    </div>
  )
}
