import { type RefObject, useEffect, useRef } from 'react'
import { focusIsLost } from '../ui/focus-is-lost'

/** What the classify page shows; `restoring` until the photos from before a reload are there. */
export type Shown = 'start' | 'answer' | 'camera' | 'overview' | 'restoring'

/**
 * Moves the focus to the answer when it replaces the start page, the camera or the grid of photos. The button that chose
 * the photo is gone then, and a keyboard would start again at the top of the page.
 *
 * @param fromGallery whether the visitor came here by choosing a photo; after a reload, the focus stays where it is
 */
export function useFocusAnswer(shown: Shown, fromGallery: boolean): RefObject<HTMLElement | null> {
  const answer = useRef<HTMLElement>(null)
  const previous = useRef(shown)
  useEffect(() => {
    const before = previous.current
    previous.current = shown
    if (before === shown || (before === 'restoring' && !fromGallery)) return
    if (shown === 'answer' && focusIsLost()) answer.current?.focus({ preventScroll: true })
  }, [shown, fromGallery])
  return answer
}
