import { type RefObject, useEffect, useRef } from 'react'
import type { BatchPhase } from '@/lib/client/batch/snapshot'
import { focusIsLost } from '../ui/focus-is-lost'

/**
 * Moves the focus to the title when a batch is started or left on this page, as the button for it is gone then. A page
 * that is opened with the link of a batch keeps its focus at the top.
 */
export function useFocusTitle(phase: BatchPhase): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  const isEmpty = phase === 'empty'
  const before = useRef(isEmpty)
  useEffect(() => {
    const changed = before.current !== isEmpty
    before.current = isEmpty
    if (changed && phase !== 'opening' && focusIsLost()) main.current?.querySelector('h1')?.focus()
  }, [isEmpty, phase])
  return main
}
