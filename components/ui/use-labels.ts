import { useEffect, useState } from 'react'
import type { Label } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'

/** The labels of a model; undefined while loading, empty if they couldn't be loaded. */
export function useLabels(model: string): readonly Label[] | undefined {
  const [loaded, setLoaded] = useState<{ model: string; labels: readonly Label[] }>()
  useEffect(() => {
    const controller = new AbortController()
    void loadLabels(model, controller.signal).then((labels) => {
      if (!controller.signal.aborted) setLoaded({ model, labels })
    })
    return () => controller.abort()
  }, [model])
  return loaded?.model === model ? loaded.labels : undefined
}

/** Loads the labels of a model; empty if that fails. */
export async function loadLabels(model: string, signal: AbortSignal): Promise<readonly Label[]> {
  try {
    const response = await fetch(underBase(`/api/models/${encodeURIComponent(model)}/labels`), { signal })
    return response.ok ? ((await response.json()) as { labels: readonly Label[] }).labels : []
  } catch {
    return []
  }
}
