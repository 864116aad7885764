'use client'

import { useEffect, useState } from 'react'
import type { ModelInfo } from '@/lib/shared/contract/contract'

export const FEWEST = 2
export const MOST = 3

/** Types or ids of the models that are compared, with what the address says: `?models=fast,accurate`. */
export function useComparedModels(models: readonly ModelInfo[]): {
  all: readonly string[]
  chosen: readonly string[]
  toggle(model: string): void
} {
  const all = models.filter(({ status }) => status !== 'failed').map(({ id, type }) => type ?? id)
  const [chosen, setChosen] = useState<readonly string[]>(all.slice(0, MOST))
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the address says when the page is opened
  useEffect(() => {
    const asked = (new URLSearchParams(location.search).get('models') ?? '').split(',')
    const known = all.filter((model) => asked.includes(model)).slice(0, MOST)
    if (known.length >= FEWEST) setChosen(known)
  }, [])
  function toggle(model: string): void {
    const next = all.filter((each) => (each === model ? !chosen.includes(each) : chosen.includes(each)))
    if (next.length < FEWEST || next.length > MOST) return
    setChosen(next)
    history.replaceState(null, '', `?models=${next.map(encodeURIComponent).join(',')}${location.hash}`)
  }
  return { all, chosen, toggle }
}
