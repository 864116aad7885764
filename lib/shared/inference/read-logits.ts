import { Problem } from '@/lib/shared/problems/problem'

/**
 * The kind of values in an output: before the softmax or sigmoid, after the softmax, after the sigmoid, or one yes-or-no
 * score for two labels.
 */
export const SCORE_KINDS = [
  'logits',
  'probabilities',
  'independent probabilities',
  'binary probability',
  'binary logit',
] as const
export type ScoreKind = (typeof SCORE_KINDS)[number]

/** The smallest probability whose logarithm is still finite. */
const MIN_PROBABILITY = 1e-30
/** The distance of 1 from the next smaller float32, halved: what a sigmoid's 1 may stand for. */
const MIN_REMAINDER = 2 ** -25

/**
 * Reads one image's output as logits [classes]. The softmax of the logarithms of probabilities returns these, and so
 * does the sigmoid of the log-odds of independent ones.
 *
 * @param row [classes]; one value if it is binary: the score of the second label
 * @throws Problem `model_failed` if the scores are NaN or infinite
 */
export function readLogits(kind: ScoreKind, row: Float32Array): Float32Array {
  const scores = requireScores(row)
  if (kind === 'logits') return scores
  if (kind === 'probabilities') return scores.map(logarithm)
  if (kind === 'independent probabilities') return scores.map(logit)
  const [value = Number.NaN] = scores
  if (kind === 'binary logit') return Float32Array.of(0, value)
  const second = Math.min(1, Math.max(0, value))
  return Float32Array.of(logarithm(1 - second), logarithm(second))
}

const logarithm = (probability: number) => Math.log(Math.max(probability, MIN_PROBABILITY))

function logit(probability: number): number {
  return logarithm(probability) - Math.log(Math.max(1 - probability, MIN_REMAINDER))
}

/** Single labels may be minus infinity, but not all of them. */
export function areValidScores(values: Float32Array): boolean {
  return values.every((value) => value < Number.POSITIVE_INFINITY) && values.some((value) => Number.isFinite(value))
}

function requireScores(values: Float32Array): Float32Array {
  if (areValidScores(values)) return values
  throw new Problem('model_failed', 'The model returned NaN or infinite scores for this photo.')
}
