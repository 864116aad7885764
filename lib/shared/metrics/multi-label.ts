/**
 * What a model's labels say of each other: with `single_label_classification`, one of them is right; with
 * `multi_label_classification`, any number of them may apply, each with a score of its own. The names are Hugging
 * Face's `problem_type`.
 */
export const PROBLEM_TYPES = ['single_label_classification', 'multi_label_classification'] as const

/** The threshold of a label for which nothing else is known: more likely right than wrong, if scores are calibrated. */
export const DEFAULT_LABEL_THRESHOLD = 0.5

/** How a multi-label model decides which labels apply. */
export interface MultiLabelRule {
  /** A label applies if its score is at least its threshold, from 0 to 1 [labels]. */
  thresholds: readonly number[]
  /**
   * A label whose score is closer to its threshold than this is in doubt, in log-odds; null if it isn't measured. See
   * `isNearThreshold`.
   */
  nearThreshold: number | null
}

/** Whether the label at an index applies. */
export function isSelected(score: number, index: number, { thresholds }: Pick<MultiLabelRule, 'thresholds'>): boolean {
  return score >= (thresholds[index] ?? DEFAULT_LABEL_THRESHOLD)
}

/** How many labels apply. */
export function countSelected(scores: Float64Array, rule: Pick<MultiLabelRule, 'thresholds'>): number {
  let count = 0
  for (let index = 0; index < scores.length; index++) if (isSelected(scores[index] ?? 0, index, rule)) count++
  return count
}

/**
 * Whether a label is in doubt: |ln(s / (1 − s)) − ln(t / (1 − t))| < margin for the score s of any label and its
 * threshold t. Log-odds, because thresholds are chosen for each label and may be close to 0 or 1: there, a fixed
 * distance between probabilities would cover every small score, and a distance in log-odds is the same change of
 * evidence everywhere. Around a threshold of 0.5, 0.4 means scores from 0.40 to 0.60; around 0.05, from 0.034 to 0.073.
 */
export function isNearThreshold(scores: Float64Array, { thresholds, nearThreshold }: MultiLabelRule): boolean {
  if (nearThreshold === null) return false
  return scores.some(
    (score, index) => Math.abs(logOdds(score) - logOdds(thresholds[index] ?? DEFAULT_LABEL_THRESHOLD)) < nearThreshold,
  )
}

/** ln(p / (1 − p)): from −∞ for 0 to ∞ for 1. */
function logOdds(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability)
}
