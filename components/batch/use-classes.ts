import { useEffect, useState } from 'react'
import { fetchClasses } from '@/lib/client/batch/api'
import type { Label } from '@/lib/shared/contract/contract'

/** Models are few, and their labels don't change while a page is open. */
const loaded = new Map<string, Promise<readonly Label[]>>()

function classesOf(model: string, here: boolean): Promise<readonly Label[]> {
  const key = `${here} ${model}`
  const classes = loaded.get(key) ?? (here ? classesHere(model) : fetchClasses(model))
  loaded.set(key, classes)
  classes.catch(() => loaded.delete(key))
  return classes
}

async function classesHere(model: string): Promise<readonly Label[]> {
  const { labelsHere } = await import('@/lib/client/device/labels-here')
  return labelsHere(model)
}

/**
 * Loads the classes of a model, once per page; `failed` if they couldn't be loaded. Null loads none.
 *
 * @param here whether the model runs in this browser
 */
export function useClasses(model: string | null, here: boolean): { classes: readonly Label[] | null; failed: boolean } {
  const [state, setState] = useState<{ model: string; classes: readonly Label[] | null } | null>(null)
  useEffect(() => {
    if (model === null) return
    let mounted = true
    classesOf(model, here).then(
      (classes) => mounted && setState({ model, classes }),
      () => mounted && setState({ model, classes: null }),
    )
    return () => {
      mounted = false
    }
  }, [model, here])
  const current = model !== null && state?.model === model ? state : null
  return { classes: current?.classes ?? null, failed: current !== null && current.classes === null }
}
