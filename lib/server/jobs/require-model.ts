import type { ModelName } from '@/lib/shared/results/columns'
import { noEmbedding } from '../engine/embedding'
import type { Engine } from '../engine/types'

/** The model for a batch, by its ID or type; the default model if none is given. @throws Problem `unknown_model` */
export async function requireModel(engine: Pick<Engine, 'model'>, name: string | undefined): Promise<ModelName> {
  const { id, revision } = await engine.model(name)
  return { id, revision }
}

/** @throws Problem `invalid_parameter` if a model has no embedding */
export async function requireEmbedding(engine: Pick<Engine, 'model'>, id: string): Promise<void> {
  const { embedding_reason: reason } = await engine.model(id)
  if (reason !== null) throw noEmbedding(id, reason)
}
