import { useEffect, useState } from 'react'
import { fetchClasses } from '@/lib/client/batch/api'
import type { Label } from '@/lib/shared/contract/contract'

/** Loads the classes of a model; `failed` if they couldn't be loaded. */
export function useClasses(model: string): { classes: readonly Label[] | null; failed: boolean } {
  const [loaded, setLoaded] = useState<{ model: string; classes: readonly Label[] | null } | null>(null)
  useEffect(() => {
    let mounted = true
    fetchClasses(model).then(
      (classes) => mounted && setLoaded({ model, classes }),
      () => mounted && setLoaded({ model, classes: null }),
    )
    return () => {
      mounted = false
    }
  }, [model])
  const current = loaded?.model === model ? loaded : null
  return { classes: current?.classes ?? null, failed: current !== null && current.classes === null }
}
