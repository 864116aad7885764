import type { Prediction } from '@/lib/shared/contract/contract'
import { activate } from '@/lib/shared/metrics/activation'
import { isSelected } from '@/lib/shared/metrics/multi-label'
import { topK } from '@/lib/shared/metrics/scores'
import { multiLabelUncertainty, type UncertainReason } from '@/lib/shared/metrics/uncertainty'
import type { BaseFeatures } from '@/lib/shared/training/example'
import { type Head, headScorer, headUncertainty } from '@/lib/shared/training/head'

export interface HeadPrediction {
  /** With `selected` if several labels may apply. */
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
  const { multiLabel: rule } = head
  const scores = activate(result.logits, head.temperature, rule ? 'sigmoid' : 'softmax')
  const selected = rule ? scores.reduce((sum, score, index) => sum + Number(isSelected(score, index, rule)), 0) : 0
  const best = topK(scores, Math.max(shown, selected))
  const predictions = best.map(({ index, score }) => ({
    label: head.labels[index] ?? '',
    score,
    index,
    ...(rule ? { selected: isSelected(score, index, rule) } : {}),
  }))
  if (rule) {
    const likenessBelow = head.likeness?.rule.below ?? null
    return { predictions, uncertainReason: multiLabelUncertainty(scores, rule, { likenessBelow }, result.likeness) }
  }
  const pair = [best[0]?.score ?? 0, best[1]?.score ?? 0] as const
  return { predictions, uncertainReason: headUncertainty(head, result, pair) }
}
