import { type RefObject, useEffect, useRef, useState } from 'react'

/** Space to the edges of the window, in pixels. */
const GAP = 16

/**
 * Where a sticky column stops: at the top of the window, or, if it is taller than the window, so that its end is
 * visible.
 */
export function useStickyTop(): { ref: RefObject<HTMLDivElement | null>; top: number } {
  const ref = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(GAP)
  useEffect(() => {
    const column = ref.current
    if (!column) return
    const place = () => setTop(Math.min(GAP, innerHeight - column.offsetHeight - GAP))
    const observer = new ResizeObserver(place)
    observer.observe(column)
    addEventListener('resize', place)
    return () => {
      observer.disconnect()
      removeEventListener('resize', place)
    }
  }, [])
  return { ref, top }
}
