import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Failure } from '../api/failure'
import { knownExamples } from '../training/known-examples'
import { fetchModel, saveModel } from '../training/saved-models'
import { BASE_CHANGED } from './save'
import type { OwnModel } from './store'

/** A model that groups labels has nothing that the server could learn from. */
const NOTHING_TO_LEARN: Failure = { code: 'device_no_examples', retryable: false, retryAfterMs: null }

/**
 * Saves a model of this browser on the server, which trains it from the same embeddings to the same weights. Photos
 * aren't sent.
 *
 * @param token the operator's; null if the server needs none
 * @throws Failure, or the signal's reason
 */
export async function publishModel(model: OwnModel, token: string | null, signal: AbortSignal): Promise<ModelInfo> {
  const { base, multiLabel, files } = model
  const file = files['examples.safetensors']
  if (file === undefined) throw NOTHING_TO_LEARN
  if ((await fetchModel(base.id)).model.revision !== base.revision) throw BASE_CHANGED
  const examples = await knownExamples(file, base.revision)
  const { vision } = JSON.parse(await files['config.json'].text())
  const description = { title: vision.title, license: vision.license, purpose: vision.custom?.purpose }
  return saveModel({ id: null, base: base.id, description, multiLabel, examples, token, signal })
}
