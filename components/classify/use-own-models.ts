import { useEffect, useState } from 'react'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { isUnlisted } from './unlisted-model'

/**
 * The models of the server, and those that it lists for nobody: the visitor's own one, and on this device those that
 * were saved in this browser.
 */
export function useOwnModels(models: readonly ModelInfo[], model: string, here: boolean): readonly ModelInfo[] {
  const [own, setOwn] = useState<readonly ModelInfo[]>([])
  const unlisted = isUnlisted(model) ? model : null
  useEffect(() => {
    if (!here && !unlisted) return setOwn([])
    const controller = new AbortController()
    import('@/lib/client/device-models/follow-own-models')
      .then((module) => module.followOwnModels(here, unlisted, setOwn, controller.signal))
      // Classifying says what is wrong.
      .catch(() => {})
    return () => controller.abort()
  }, [here, unlisted])
  return own.length > 0 ? [...models, ...own] : models
}
