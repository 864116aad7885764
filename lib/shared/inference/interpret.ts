import { type Activation, activate } from '@/lib/shared/metrics/activation'
import { countSelected, type MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import { topK } from '@/lib/shared/metrics/scores'
import {
  multiLabelUncertainty,
  type UncertainReason,
  type UncertaintyRule,
  uncertainty,
} from '@/lib/shared/metrics/uncertainty'

/** How a model's logits become scores. */
export interface ScoreRule {
  /** Divides the logits. */
  temperature: number
  activation: Activation
  uncertainty: UncertaintyRule | null
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
  /** The output that stands for none of the labels; null if there is none. */
  background: number | null
}

interface Wanted {
  /** Number of predictions. */
  count: number
  /** Whether there are more of them if more labels apply. */
  allSelected: boolean
}

/** The best labels of a photo, and why the result is uncertain. */
interface Interpreted {
  top: { index: number; score: number }[]
  uncertain: UncertainReason | null
}

/**
 * The best predictions of logits [classes], and why the result is uncertain.
 *
 * @param likeness to the photos that the model learned from; null if it isn't measured
 */
export function interpretLogits(
  logits: Float32Array,
  wanted: Wanted,
  { temperature, activation, uncertainty: rule, multiLabel, background }: ScoreRule,
  likeness: number | null = null,
): Interpreted {
  const scores = activate(logits, temperature, activation)
  if (multiLabel !== null) {
    const count = wanted.allSelected ? Math.max(wanted.count, countSelected(scores, multiLabel)) : wanted.count
    return { top: topK(scores, count), uncertain: multiLabelUncertainty(scores, multiLabel, rule, likeness) }
  }
  // The margin needs the second-best score, whatever the caller requested.
  const best = topK(scores, Math.max(2, wanted.count), background)
  const [first = 0, second = 0] = best.map(({ score }) => score)
  const top = best.slice(0, wanted.count)
  if (background !== null && (scores[background] ?? 0) > first) return { top, uncertain: 'unlike_known' }
  return { top, uncertain: uncertainty(logits, [first, second], rule, likeness) }
}
