import type { Prediction } from '@/lib/shared/contract/contract'
import { softmax, topK } from '@/lib/shared/metrics/scores'
import type { UncertainReason } from '@/lib/shared/metrics/uncertainty'
import type { BaseFeatures } from '@/lib/shared/training/example'
import { type Head, headScorer, headUncertainty } from '@/lib/shared/training/head'

export interface HeadPrediction {
  predictions: Prediction[]
  uncertainReason: UncertainReason | null
}

/** Labels that are shown. */
const MAX_SHOWN = 5

/**
 * What a head says about a photo: the same as the server would after saving it.
 *
 * @param shown how many labels
 */
export function predict(head: Head, photo: BaseFeatures, shown = MAX_SHOWN): HeadPrediction {
  const result = headScorer(head)(photo)
  const scores = softmax(result.logits, head.temperature)
  const best = topK(scores, shown)
  const pair = [best[0]?.score ?? 0, best[1]?.score ?? 0] as const
  return {
    predictions: best.map(({ index, score }) => ({ label: head.labels[index] ?? '', score, index })),
    uncertainReason: headUncertainty(head, result, pair),
  }
}
