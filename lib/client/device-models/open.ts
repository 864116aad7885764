import { OWN_MODEL_GONE } from '../device/failures'
import { knownExamples } from '../training/known-examples'
import type { KnownExample } from '../training/session'
import { type OwnModel, readModel } from './store'

/**
 * A model of this browser, and the labels and embeddings that it was trained on.
 *
 * @throws Failure if it isn't there anymore; Problem if its file of examples is damaged
 */
export async function openExamples(id: string): Promise<{ model: OwnModel; examples: KnownExample[] }> {
  const model = await readModel(id)
  const file = model?.files['examples.safetensors']
  if (model === null || file === undefined) throw OWN_MODEL_GONE
  return { model, examples: await knownExamples(file, model.base.revision) }
}
