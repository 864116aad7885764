import { useEffect, useState } from 'react'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'
import { isUnlisted } from './unlisted-model'

/** The models of the server, and the visitor's own one, which the server lists for nobody. */
export function useOwnModel(models: readonly ModelInfo[], model: string): readonly ModelInfo[] {
  const [own, setOwn] = useState<ModelInfo>()
  useEffect(() => {
    if (!isUnlisted(model)) return
    fetch(underBase(`/api/models/${model}`))
      .then((reply) => reply.json())
      .then((reply) => setOwn(reply.model))
      // Classifying says what is wrong.
      .catch(() => {})
  }, [model])
  return own ? [...models, own] : models
}
