import { type RefObject, useEffect, useRef } from 'react'

/**
 * Moves the focus to the answer when the first photo replaces the start page. The button that chose the photo is gone
 * then, and a keyboard would start again at the top of the page.
 *
 * @param view what the page shows; `restoring` until the photos from before a reload are there
 */
export function useFocusAnswer(view: 'start' | 'answer' | 'camera' | 'restoring'): RefObject<HTMLElement | null> {
  const answer = useRef<HTMLElement>(null)
  const previous = useRef(view)
  useEffect(() => {
    const arrived = previous.current === 'start' && view === 'answer'
    previous.current = view
    const focusIsLost = document.activeElement === null || document.activeElement === document.body
    if (arrived && focusIsLost) answer.current?.focus({ preventScroll: true })
  }, [view])
  return answer
}
