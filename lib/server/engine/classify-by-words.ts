import { activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { type CosineHead, cosineLogits } from '@/lib/shared/zero-shot/similarity'
import type { Model } from './model'
import type { MaskResult, PhotoResult } from './protocol'

/** Scores a photo by its embedding, which takes microseconds for each label. */
export function scoredByWords(result: PhotoResult, head: CosineHead, count: number): PhotoResult {
  const logits = cosineLogits(head, result.embedding ?? new Float32Array(head.dimensions))
  return { ...result, logits, top: topK(activate(logits, 1, head.activation), count), uncertain: null }
}

/** Scores a photo under masks by its embeddings. @param index of the label */
export function masksByWords(
  { embeddings, runMs }: MaskResult,
  head: CosineHead,
  index: number,
): Pick<MaskResult, 'scores' | 'runMs'> {
  const scores = embeddings.map((each) => activate(cosineLogits(head, each), 1, head.activation)[index] ?? 0)
  return { scores: Float32Array.from(scores), runMs }
}

/** A text-image model as one whose labels are these. */
export function modelWithWords(model: Model, { labels }: LabelWords, { activation }: CosineHead): Model {
  return { ...model, labels, temperature: 1, activation, background: null }
}
