import { Problem } from '@/lib/shared/problems/problem'
import type { TextJob, TextResult } from '../protocol'
import type { LoadedModel } from './session'
import { TEXTS_PER_RUN } from './text-encoder'

/**
 * Returns a function that embeds a few of the texts per call, so that photos can run in between. It resolves to null
 * until all are done.
 */
export function textSteps(
  { texts }: TextJob,
  { text: encoder, spec }: Pick<LoadedModel, 'text' | 'spec'>,
): () => Promise<TextResult | null> {
  const result: TextResult = { embeddings: [], truncated: [], runMs: 0 }
  return async () => {
    if (encoder === null) throw new Problem('invalid_parameter', `The model ${spec.id} doesn’t take texts.`)
    const start = performance.now()
    const done = result.embeddings.length
    const { embeddings, truncated } = await encoder.embed(texts.slice(done, done + TEXTS_PER_RUN))
    result.embeddings.push(...embeddings)
    result.truncated.push(...truncated)
    result.runMs += performance.now() - start
    return result.embeddings.length < texts.length ? null : result
  }
}
