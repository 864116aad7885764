import { useEffect, useState } from 'react'
import { fetchClasses } from '@/lib/client/batch/api'
import type { Label } from '@/lib/shared/contract/contract'

/** Models are few, and their labels don't change while a page is open. */
const loaded = new Map<string, Promise<readonly Label[]>>()

function classesOf(model: string): Promise<readonly Label[]> {
  const classes = loaded.get(model) ?? fetchClasses(model)
  loaded.set(model, classes)
  classes.catch(() => loaded.delete(model))
  return classes
}

/** Loads the classes of a model, once per page; `failed` if they couldn't be loaded. Null loads none. */
export function useClasses(model: string | null): { classes: readonly Label[] | null; failed: boolean } {
  const [state, setState] = useState<{ model: string; classes: readonly Label[] | null } | null>(null)
  useEffect(() => {
    if (model === null) return
    let mounted = true
    classesOf(model).then(
      (classes) => mounted && setState({ model, classes }),
      () => mounted && setState({ model, classes: null }),
    )
    return () => {
      mounted = false
    }
  }, [model])
  const current = model !== null && state?.model === model ? state : null
  return { classes: current?.classes ?? null, failed: current !== null && current.classes === null }
}
