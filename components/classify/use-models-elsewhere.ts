import { useEffect, useState } from 'react'
import { keptModels } from '@/lib/client/device/kept-files'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useServerAway } from '../ui/use-server-away'

const NONE: ReadonlySet<string> = new Set()

/**
 * IDs of the models that can't be used now: the server is away, and their files aren't in this browser.
 *
 * @param here whether photos are classified in this browser
 */
export function useModelsElsewhere(models: readonly ModelInfo[], here: boolean): ReadonlySet<string> {
  const away = useServerAway() && here
  const [elsewhere, setElsewhere] = useState(NONE)
  useEffect(() => {
    if (!away) return setElsewhere(NONE)
    let current = true
    void keptModels().then((kept) => {
      if (current)
        setElsewhere(new Set(models.map(({ id }) => id).filter((id) => !isOwnModel(id) && !kept.includes(id))))
    })
    return () => {
      current = false
    }
  }, [away, models])
  return elsewhere
}
