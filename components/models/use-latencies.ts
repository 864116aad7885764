import { useCallback, useEffect, useRef, useState } from 'react'
import { type Latency, measureLatency, measureLatencyHere } from '@/lib/client/api/latency'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { formatChoice } from '@/lib/shared/zero-shot/choice'
import { START_WORDS } from '../classify/own-words-model'

export type LatencyState = { name: 'measuring' } | ({ name: 'done' } & Latency) | { name: 'failed' }

/** How long this server, or this device, takes with each model, by id. Nothing is measured before it's asked for. */
export interface Latencies {
  of: Readonly<Record<string, LatencyState>>
  measure(model: Pick<ModelInfo, 'id' | 'text'>): Promise<void>
}

/** @param here whether the models run in this browser */
export function useLatencies(here: boolean): Latencies {
  const [of, setOf] = useState<Readonly<Record<string, LatencyState>>>({})
  const measure = useCallback(
    async ({ id, text }: Pick<ModelInfo, 'id' | 'text'>) => {
      const set = (state: LatencyState) => setOf((states) => ({ ...states, [id]: state }))
      set({ name: 'measuring' })
      try {
        const measure = here ? measureLatencyHere : measureLatency
        set({ name: 'done', ...(await measure(text ? formatChoice({ model: id, words: START_WORDS }) : id)) })
      } catch {
        set({ name: 'failed' })
      }
    },
    [here],
  )
  return { of, measure }
}

/** Calls a function once, when the element is about to be scrolled into view. */
export function useWhenVisible<E extends Element>(then: () => void): React.RefObject<E | null> {
  const element = useRef<E>(null)
  const callback = useRef(then)
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      callback.current()
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return element
}
