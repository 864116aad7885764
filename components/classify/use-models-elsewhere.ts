import { useEffect, useEffectEvent, useState } from 'react'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useServerAway } from '../ui/use-server-away'

const NONE: ReadonlySet<string> = new Set()

interface ModelsElsewhere {
  models: readonly ModelInfo[]
  /** Whether photos are classified in this browser. */
  here: boolean
  /** The chosen model, by type or ID, and how to choose another; null once photos depend on it. */
  choice: { model: string; onModel(model: string): void } | null
}

/**
 * IDs of the models that can't be used now: the server is away, and their files aren't in this browser. If the chosen
 * one is among them, another is chosen.
 */
export function useModelsElsewhere({ models, here, choice }: ModelsElsewhere): ReadonlySet<string> {
  const away = useServerAway() && here
  const [elsewhere, setElsewhere] = useState(NONE)
  const chooseAnother = useEffectEvent((model: string) => {
    const chosen = models.find(({ id, type }) => id === model || type === model)
    if (!chosen || !elsewhere.has(chosen.id)) return
    const another = models.find(({ id, status }) => status !== 'failed' && !elsewhere.has(id))
    if (another) choice?.onModel(another.type ?? another.id)
  })
  const model = choice?.model
  useEffect(() => {
    // Once the server is away, its code isn't there either.
    if (here) loadKeptFiles().catch(() => {})
  }, [here])
  useEffect(() => {
    if (!away) return setElsewhere(NONE)
    let current = true
    unusableModels(models).then(
      (unusable) => current && setElsewhere(unusable),
      // All stay on offer, and a model that isn't here says so when it runs.
      () => {},
    )
    return () => {
      current = false
    }
  }, [away, models])
  useEffect(() => {
    if (model !== undefined && elsewhere.size > 0) chooseAnother(model)
  }, [elsewhere, model])
  return elsewhere
}

/** The code is loaded by those who need it. */
const loadKeptFiles = () => import('@/lib/client/device/kept-files')

/** Models whose files aren't in this browser. */
async function unusableModels(models: readonly ModelInfo[]): Promise<ReadonlySet<string>> {
  const { keptModels } = await loadKeptFiles()
  const kept = await keptModels()
  return new Set(models.map(({ id }) => id).filter((id) => !isOwnModel(id) && !kept.includes(id)))
}
