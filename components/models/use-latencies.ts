import { useCallback, useEffect, useRef, useState } from 'react'
import { type Latency, measureLatency } from '@/lib/client/api/latency'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { formatChoice } from '@/lib/shared/zero-shot/choice'
import { START_WORDS } from '../classify/own-words-model'

export type LatencyState = { name: 'measuring' } | ({ name: 'done' } & Latency) | { name: 'failed' }

/** How long this server takes with each model, by id. Nothing is measured before it's asked for. */
export interface Latencies {
  of: Readonly<Record<string, LatencyState>>
  measure(model: Pick<ModelInfo, 'id' | 'text'>): Promise<void>
}

export function useLatencies(): Latencies {
  const [of, setOf] = useState<Readonly<Record<string, LatencyState>>>({})
  const measure = useCallback(async ({ id, text }: Pick<ModelInfo, 'id' | 'text'>) => {
    const set = (state: LatencyState) => setOf((states) => ({ ...states, [id]: state }))
    set({ name: 'measuring' })
    try {
      set({ name: 'done', ...(await measureLatency(text ? formatChoice({ model: id, words: START_WORDS }) : id)) })
    } catch {
      set({ name: 'failed' })
    }
  }, [])
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
