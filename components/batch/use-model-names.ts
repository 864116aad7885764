import { useCallback } from 'react'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useModelName } from '../classify/use-model-name'

/** Names models by their ID, as the rest of the pages does: by their type if they have one. */
export function useModelNames(models: readonly ModelInfo[]): (id: string) => string {
  const nameOf = useModelName()
  return useCallback((id) => nameOf(models.find((model) => model.id === id)?.type ?? id), [models, nameOf])
}
