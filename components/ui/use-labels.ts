import { useEffect, useState } from 'react'
import type { Label } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'

/** The labels of a model; undefined while they come, empty where they did not. */
export function useLabels(model: string): readonly Label[] | undefined {
  const [loaded, setLoaded] = useState<{ model: string; labels: readonly Label[] }>()
  useEffect(() => {
    const gone = new AbortController()
    fetch(underBase(`/api/models/${encodeURIComponent(model)}/labels`), { signal: gone.signal })
      .then((reply) => (reply.ok ? reply.json() : { labels: [] }))
      .then(({ labels }) => setLoaded({ model, labels }))
      .catch(() => {
        if (!gone.signal.aborted) setLoaded({ model, labels: [] })
      })
    return () => gone.abort()
  }, [model])
  return loaded?.model === model ? loaded.labels : undefined
}
