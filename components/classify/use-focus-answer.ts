import { type RefObject, useEffect, useRef } from 'react'
import { focusIsLost } from '../ui/focus-is-lost'

/** What the classify page shows; `restoring` until the photos from before a reload are there. */
export type Shown = 'start' | 'answer' | 'camera' | 'overview' | 'restoring'

/**
 * Moves the focus to the answer when the first photo replaces the start page. The button that chose the photo is gone
 * then, and a keyboard would start again at the top of the page.
 */
export function useFocusAnswer(shown: Shown): RefObject<HTMLElement | null> {
  const answer = useRef<HTMLElement>(null)
  const previous = useRef(shown)
  useEffect(() => {
    const arrived = previous.current === 'start' && shown === 'answer'
    previous.current = shown
    if (arrived && focusIsLost()) answer.current?.focus({ preventScroll: true })
  }, [shown])
  return answer
}
