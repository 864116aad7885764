import { largest } from './largest'
import { isNearThreshold, type MultiLabelRule } from './multi-label'
import { softmax } from './scores'

/** Why a result is uncertain. */
export const UNCERTAIN_REASONS = ['unlike_known', 'small_margin', 'low_score', 'near_threshold'] as const
export type UncertainReason = (typeof UNCERTAIN_REASONS)[number]

/** A model's limits, measured on photos that it wasn't trained on. */
export interface UncertaintyRule {
  /** A best score below this is low: fewer than half of such results are right. */
  scoreBelow: number
  /** If the best two scores are closer than this, either may be right. */
  marginBelow: number
  /** A generalized entropy above this means that the photo is unlike the training data; null if it isn't measured. */
  entropyAbove: number | null
  /** A likeness to the training photos below this means the same; null if it isn't measured. */
  likenessBelow: number | null
}

const GAMMA = 0.1
const CLASSES = 100

/**
 * Generalized entropy of a result: Σ p^γ (1 − p)^γ over the 100 most probable classes, γ = 0.1, of the plain softmax.
 * Small if the model sees one thing; large if it sees a little of everything, as for anything it never learned.
 * Source: Liu et al., GEN: Pushing the Limits of Softmax-Based Out-of-Distribution Detection, 2023, with the constants
 * of the paper.
 */
export function generalisedEntropy(logits: Float32Array): number {
  return largest(softmax(logits, 1), CLASSES).reduce((sum, p) => sum + (p * (1 - p)) ** GAMMA, 0)
}

/**
 * Why a result is uncertain; null if it isn't, or the model has no limits.
 *
 * @param best calibrated scores of the two best labels
 * @param likeness to the photos that the model learned from; null if it isn't measured
 */
export function uncertainty(
  logits: Float32Array,
  [first, second]: readonly [number, number],
  rule: UncertaintyRule | null,
  likeness: number | null = null,
): UncertainReason | null {
  if (rule === null) return null
  const { entropyAbove, likenessBelow } = rule
  if (entropyAbove !== null && generalisedEntropy(logits) > entropyAbove) return 'unlike_known'
  if (likenessBelow !== null && likeness !== null && likeness < likenessBelow) return 'unlike_known'
  if (first - second < rule.marginBelow) return 'small_margin'
  return first < rule.scoreBelow ? 'low_score' : null
}

/**
 * Why a result of a multi-label model is uncertain; null if it isn't, or nothing was measured. That no label applies is
 * a result like any other.
 *
 * @param scores [labels]
 * @param likeness to the photos that the model learned from; null if it isn't measured
 */
export function multiLabelUncertainty(
  scores: Float64Array,
  multiLabel: MultiLabelRule,
  rule: Pick<UncertaintyRule, 'likenessBelow'> | null,
  likeness: number | null = null,
): UncertainReason | null {
  const likenessBelow = rule?.likenessBelow ?? null
  if (likenessBelow !== null && likeness !== null && likeness < likenessBelow) return 'unlike_known'
  return isNearThreshold(scores, multiLabel) ? 'near_threshold' : null
}
