import { type RefObject, useEffect, useRef } from 'react'
import type { LiveState } from '@/lib/client/camera/live-camera'
import { focusIsLost } from '../../ui/focus-is-lost'

interface FocusTargets {
  picture: RefObject<HTMLDivElement | null>
  /** The button that takes a photo, while there is a picture. */
  shutter: RefObject<HTMLButtonElement | null>
}

/**
 * Moves the focus to the camera when it replaces the button that opened it, and on to its shutter once there is one.
 * A focus that the visitor moved elsewhere stays there.
 */
export function useFocusCamera(state: LiveState['name']): FocusTargets {
  const picture = useRef<HTMLDivElement>(null)
  const shutter = useRef<HTMLButtonElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shutter comes and goes with the state
  useEffect(() => {
    if (!focusIsLost() && document.activeElement !== picture.current) return
    const target = shutter.current ?? picture.current
    target?.focus({ preventScroll: true })
  }, [state])
  return { picture, shutter }
}
