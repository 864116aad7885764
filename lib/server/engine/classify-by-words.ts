import { activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import { type CosineHead, cosineLogits } from '@/lib/shared/zero-shot/similarity'
import type { PhotoResult } from './protocol'

/** Scores a photo by its embedding, which takes microseconds for each label. */
export function scoredByWords(result: PhotoResult, head: CosineHead, count: number): PhotoResult {
  const logits = cosineLogits(head, result.embedding ?? new Float32Array(head.dimensions))
  return { ...result, top: topK(activate(logits, 1, head.activation), count), uncertain: null }
}
