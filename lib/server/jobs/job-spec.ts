import { randomBytes } from 'node:crypto'
import type { JobParameters } from '@/lib/shared/contract/jobs'
import { topKOf } from '@/lib/shared/contract/top-k'
import { wordsOf } from '@/lib/shared/contract/words'
import type { Engine } from '../engine/types'
import type { JobSpec } from './backend'
import { requireEmbedding, requireLabels } from './require-model'

/**
 * The fixed parameters of a new job. They include the model's revision as of now.
 *
 * @param chargedTo the API key that photos of a source are counted for
 * @throws Problem `unknown_model`, and `invalid_parameter` if embeddings are requested and the model has none
 */
export async function newSpec(
  engine: Pick<Engine, 'model'>,
  parameters: JobParameters,
  chargedTo?: string,
): Promise<JobSpec> {
  const { model: name, top_k, threshold, callback_url, source, check = false } = parameters
  const embeddings = check || (parameters.embeddings ?? false)
  const { topK, allSelected } = topKOf(top_k)
  const words = wordsOf(parameters)
  const { id, revision, problem_type } = await engine.model(name)
  const model = { id, revision }
  await requireLabels(engine, id, words)
  if (embeddings) await requireEmbedding(engine, id)
  const secret = randomBytes(32).toString('hex')
  return {
    id: newId(),
    model,
    top_k: topK,
    ...(allSelected ? { all_selected: true as const } : {}),
    threshold,
    ...(problem_type === 'multi_label_classification' ? { multi_label: true as const } : {}),
    created_at: new Date().toISOString(),
    ...(embeddings ? { embeddings } : {}),
    ...(check ? { check } : {}),
    ...(words === undefined ? {} : { words }),
    ...(source === undefined ? {} : { source, ...(chargedTo === undefined ? {} : { charged_to: chargedTo }) }),
    ...(callback_url === undefined ? {} : { callback: { url: callback_url, secret } }),
  }
}

/** What the engine is asked for each photo of a job. */
export function requestOf({ top_k, all_selected, threshold, embeddings, check, words }: JobSpec) {
  const outputs = { embedding: embeddings ?? false, traits: check ?? false }
  return { topK: top_k, allSelected: all_selected ?? false, threshold, words, ...outputs }
}

/**
 * An ID with as many bits as a key, because anyone who has it can read the results. It never starts with `-`, which a
 * command would take for an option.
 */
function newId(): string {
  return randomBytes(24).toString('base64url').replace(/^-/, '0')
}
