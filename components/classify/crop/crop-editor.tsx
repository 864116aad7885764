'use client'

import clsx from 'clsx'
import { type ChangeEvent, type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import type { Area } from '@/lib/shared/crop/crop'
import { type Corner, dragCorner, frameShare, moveFrame, resizeFrame } from '@/lib/shared/crop/crop-frame'
import { PhotoPlane, placeOver } from './photo-plane'
import type { CropState } from './use-crop'

const CORNERS: readonly (Corner & { className: string })[] = [
  { x: -1, y: -1, className: '-top-3 -left-3 cursor-nwse-resize' },
  { x: 1, y: -1, className: '-top-3 -right-3 cursor-nesw-resize' },
  { x: -1, y: 1, className: '-bottom-3 -left-3 cursor-nesw-resize' },
  { x: 1, y: 1, className: '-right-3 -bottom-3 cursor-nwse-resize' },
]

/** One key press, as a share of the photo's longer side. */
const STEP = 0.01
const LARGE_STEP = 0.05
/** Keys are often pressed several times: the photo is classified after the last one. */
const SETTLE_MS = 350

/** The frame over the photo, to be dragged, resized at its corners, or moved with the arrow keys. */
export function CropEditor({ crop, onFinish }: { crop: CropState; onFinish(): void }) {
  const t = useTranslations('crop')
  const answer = useTranslations('answer')
  const plane = useRef<HTMLDivElement>(null)
  const first = useRef<HTMLInputElement>(null)
  const { frame, image } = crop
  const settled = useSettled(crop)
  const drag = useDrag(plane, crop)
  useEffect(() => {
    first.current?.focus({ preventScroll: true })
  }, [])

  function handleKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') onFinish()
    const next = frameAfter(event, crop)
    if (!next) return
    event.preventDefault()
    settled(next)
  }
  const position = (name: 'x' | 'y') => {
    const [at, room] = name === 'x' ? [frame.left, image.width - frame.width] : [frame.top, image.height - frame.height]
    const share = room > 0.5 ? Math.round((100 * at) / room) : 0
    return {
      type: 'range',
      className: 'sr-only',
      'aria-label': t(name),
      'aria-valuetext': answer('percent', { value: share }),
      min: 0,
      max: 100,
      value: share,
      onChange({ target }: ChangeEvent<HTMLInputElement>) {
        const to = (room * Number(target.value)) / 100
        settled({ ...frame, ...(name === 'x' ? { left: to } : { top: to }) })
      },
    }
  }
  return (
    <PhotoPlane ref={plane} image={image}>
      <div className="absolute inset-0 overflow-hidden">
        <div className="absolute shadow-[0_0_0_9999px_rgb(8_14_16/62%)]" style={placeOver(frame, image)} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be placed as freely */}
      <div
        role="group"
        aria-label={t('frame')}
        data-testid="crop-editor"
        onKeyDown={handleKey}
        {...drag(null)}
        className="pointer-events-auto absolute cursor-move touch-none border-2 border-white shadow-[0_0_0_1px_rgb(0_0_0/55%)] outline-offset-2 has-focus-visible:outline-2 has-focus-visible:outline-accent"
        style={placeOver(frame, image)}
      >
        <input ref={first} {...position('x')} />
        <input {...position('y')} />
        {CORNERS.map(({ className, ...corner }) => (
          <span
            key={className}
            aria-hidden
            {...drag(corner)}
            className={clsx('absolute grid size-6 touch-none place-items-center', className)}
          >
            <span className="size-3 rounded-full border border-black/50 bg-white" />
          </span>
        ))}
      </div>
    </PhotoPlane>
  )
}

/** The frame after a key: arrows move it, plus and minus resize it, with Shift in larger steps. Null for other keys. */
function frameAfter({ key, shiftKey }: KeyboardEvent, { frame, image }: CropState): Area | null {
  const step = (shiftKey ? LARGE_STEP : STEP) * Math.max(image.width, image.height)
  const [right, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key] ?? [0, 0]
  if (right !== 0 || down !== 0) return moveFrame(frame, (right ?? 0) * step, (down ?? 0) * step, image)
  const growth = { '+': 1, '=': 1, '-': -1, _: -1 }[key]
  return growth ? resizeFrame(frame, frameShare(frame, image) + growth * LARGE_STEP, image) : null
}

/** Draws a frame at once, and classifies it when no other one follows. */
function useSettled(crop: CropState): (frame: Area) => void {
  const latest = useRef(crop)
  latest.current = crop
  const waiting = useRef<{ timer: ReturnType<typeof setTimeout>; frame: Area } | null>(null)
  useEffect(
    () => () => {
      if (!waiting.current) return
      clearTimeout(waiting.current.timer)
      latest.current.classify(waiting.current.frame)
    },
    [],
  )
  return (frame) => {
    crop.draw(frame)
    if (waiting.current) clearTimeout(waiting.current.timer)
    const timer = setTimeout(() => {
      waiting.current = null
      latest.current.classify(frame)
    }, SETTLE_MS)
    waiting.current = { timer, frame }
  }
}

/** Handlers that drag the frame, or one of its corners. The photo is classified when the pointer is released. */
function useDrag(plane: { current: HTMLDivElement | null }, { frame, image, draw, classify }: CropState) {
  const start = useRef<{ x: number; y: number; frame: Area } | null>(null)
  function dragged({ clientX, clientY }: PointerEvent, corner: Corner | null): Area | null {
    const box = plane.current?.getBoundingClientRect()
    if (!start.current || !box) return null
    const right = ((clientX - start.current.x) * image.width) / box.width
    const down = ((clientY - start.current.y) * image.height) / box.height
    return corner
      ? dragCorner(start.current.frame, corner, right, down, image)
      : moveFrame(start.current.frame, right, down, image)
  }
  return (corner: Corner | null) => ({
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return
      event.stopPropagation()
      event.currentTarget.setPointerCapture(event.pointerId)
      start.current = { x: event.clientX, y: event.clientY, frame }
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const next = dragged(event, corner)
      if (next) draw(next)
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const next = dragged(event, corner)
      start.current = null
      if (next) classify(next)
    },
    onPointerCancel() {
      if (start.current) draw(start.current.frame)
      start.current = null
    },
  })
}
