import { Problem } from '@/lib/shared/problems/problem'
import type { ModelName } from '@/lib/shared/results/columns'
import { noEmbedding } from '../engine/embedding'
import type { Engine } from '../engine/types'

/** The model for a batch, by its ID or type; the default model if none is given. @throws Problem `unknown_model` */
export function requireModel(engine: Engine, name: string | undefined): ModelName {
  const models = engine.models()
  const model = models.find((each) => (name === undefined ? each.default : name === each.id || name === each.type))
  if (!model) {
    const known = models.map(({ id, type }) => type ?? id).join(', ')
    throw new Problem('unknown_model', `There is no model with this name. Available models: ${known}.`)
  }
  return { id: model.id, revision: model.revision }
}

/** @throws Problem `invalid_parameter` if a model, which was found by its ID, has no embedding */
export function requireEmbedding(engine: Engine, id: string): void {
  const reason = engine.models().find((model) => model.id === id)?.embedding_reason ?? null
  if (reason !== null) throw noEmbedding(id, reason)
}
