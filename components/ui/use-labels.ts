import { useEffect, useState } from 'react'
import type { Label } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'

/** The labels of a model; undefined while loading, empty if they couldn't be loaded. */
export function useLabels(model: string): readonly Label[] | undefined {
  const [loaded, setLoaded] = useState<{ model: string; labels: readonly Label[] }>()
  useEffect(() => {
    const controller = new AbortController()
    fetch(underBase(`/api/models/${encodeURIComponent(model)}/labels`), { signal: controller.signal })
      .then((response) => (response.ok ? response.json() : { labels: [] }))
      .then(({ labels }) => setLoaded({ model, labels }))
      .catch(() => {
        if (!controller.signal.aborted) setLoaded({ model, labels: [] })
      })
    return () => controller.abort()
  }, [model])
  return loaded?.model === model ? loaded.labels : undefined
}
