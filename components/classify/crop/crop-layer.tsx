import type { RefObject } from 'react'
import { flushSync } from 'react-dom'
import { CropEditor } from '../answer-parts'
import { InputFrame } from './input-frame'
import type { CropState } from './use-crop'

type ButtonRef = RefObject<HTMLButtonElement | null>

/** The frame around what the model saw, or its editor. */
export function CropLayer({ crop, button }: { crop: CropState; button: ButtonRef }) {
  return crop.editing ? (
    <CropEditor crop={crop} onFinish={() => finishCrop(crop, button)} />
  ) : (
    <InputFrame area={crop.frame} image={crop.image} chosen={crop.chosen} button={button} onMove={crop.start} />
  )
}

/** Ends the editing, and returns the focus to the button that began it. */
export function finishCrop(crop: CropState, button: ButtonRef): void {
  flushSync(crop.finish)
  button.current?.focus({ preventScroll: true })
}
