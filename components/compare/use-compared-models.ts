'use client'

import { useEffect, useState } from 'react'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { modelLetters } from './model-mark'

export const MIN_MODELS = 2
export const MAX_MODELS = 3

/** Types or IDs of the compared models. The URL can preselect them: `?models=fast,accurate`. */
export function useComparedModels(models: readonly ModelInfo[]): {
  all: readonly string[]
  chosen: readonly string[]
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
  toggle(model: string): void
} {
  const all = models.filter(({ status }) => status !== 'failed').map(({ id, type }) => type ?? id)
  const [chosen, setChosen] = useState<readonly string[]>(all.slice(0, MAX_MODELS))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the URL is only read when the page opens
  useEffect(() => {
    const requested = (new URLSearchParams(location.search).get('models') ?? '').split(',')
    const available = all.filter((model) => requested.includes(model)).slice(0, MAX_MODELS)
    if (available.length >= MIN_MODELS) setChosen(available)
  }, [])
  function toggle(model: string): void {
    const next = all.filter((each) => (each === model ? !chosen.includes(each) : chosen.includes(each)))
    if (next.length < MIN_MODELS || next.length > MAX_MODELS) return
    setChosen(next)
    history.replaceState(null, '', `?models=${next.map(encodeURIComponent).join(',')}${location.hash}`)
  }
  return { all, chosen, letters: modelLetters(all), toggle }
}
