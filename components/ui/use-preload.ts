import { useEffect } from 'react'

const DELAY_MS = 3000
const SIGNS_OF_USE = ['pointermove', 'pointerdown', 'keydown', 'dragenter'] as const

/**
 * Loads a lazy component's code before it's needed: at the visitor's first move, or soon after the page has loaded. Then it
 * also works if the connection is lost in the meantime.
 *
 * @param preload may be called several times
 */
export function usePreload({ preload }: { preload(): void }): void {
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(preload, DELAY_MS)
    for (const sign of SIGNS_OF_USE) addEventListener(sign, preload, { signal: stop.signal, passive: true, once: true })
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [preload])
}
