import type { ModelName } from '@/lib/shared/results/columns'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { noEmbedding } from '../engine/embedding'
import { noLabels, takesNoTexts } from '../engine/no-labels'
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

/**
 * Checks before the first photo that a model gets labels exactly if it needs them.
 *
 * @throws Problem `invalid_parameter`
 */
export async function requireLabels(
  engine: Pick<Engine, 'model'>,
  name: string,
  words: LabelWords | undefined,
): Promise<void> {
  const { id, text } = await engine.model(name)
  if (text && words === undefined) throw noLabels(id)
  if (!text && words !== undefined) throw takesNoTexts(id)
}
