import type { UncertainReason } from '../metrics/uncertainty'
import { writeFeatures } from './features'
import { type LikenessRule, likeness, positionOf } from './likeness'

/** A linear classifier on top of a base model's embedding. */
export interface Head {
  labels: readonly string[]
  dimensions: number
  /** [labels × dimensions], row by row. */
  weights: Float32Array
  /** [labels] */
  bias: Float32Array
  temperature: number
  /** The center of the labels [dimensions], and what is usual; null if nothing could be tested. */
  likeness: { center: Float32Array; rule: LikenessRule } | null
}

export interface HeadScores {
  /** [labels] */
  logits: Float32Array
  /** How much the photo is like the examples: zero is usual, negative is unlike. Null if that is unknown. */
  likeness: number | null
}

/** Prepares a head, and returns a function that scores an embedding [dimensions] in microseconds. */
export function headScorer(
  head: Pick<Head, 'dimensions' | 'weights' | 'bias' | 'likeness'>,
): (embedding: Float32Array) => HeadScores {
  const { dimensions, weights, bias } = head
  const features = new Float64Array(dimensions)
  const products = new Float64Array(bias.length)
  return (embedding) => {
    writeFeatures(embedding, features)
    multiply(weights, features, products)
    const logits = Float32Array.from(products, (value, label) => value + (bias[label] as number))
    if (head.likeness === null) return { logits, likeness: null }
    const { center, rule } = head.likeness
    return { logits, likeness: likeness(positionOf(logits, squaredDistance(features, center)), rule) }
  }
}

function squaredDistance(features: Float64Array, center: Float32Array): number {
  let sum = 0
  for (let i = 0; i < features.length; i++) {
    const difference = (features[i] as number) - (center[i] as number)
    sum += difference * difference
  }
  return sum
}

/** The dot product of each row of a matrix with the features. */
function multiply(matrix: Float32Array, features: Float64Array, out: Float64Array): void {
  for (let row = 0, at = 0; row < out.length; row++) {
    let sum = 0
    for (let i = 0; i < features.length; i++, at++) sum += (matrix[at] as number) * (features[i] as number)
    out[row] = sum
  }
}

/** A score below this is low, and two labels closer than this are about as likely: as in the shipped models. */
const SCORE_BELOW = 0.5
const MARGIN_BELOW = 0.1

/**
 * Why a result of a head is uncertain; null if it isn't.
 *
 * @param best calibrated scores of the two best labels
 */
export function headUncertainty(
  head: Head,
  { likeness: found }: Pick<HeadScores, 'likeness'>,
  [first, second]: readonly [number, number],
): UncertainReason | null {
  if (head.likeness && found !== null && found < head.likeness.rule.below) return 'unlike_known'
  if (first - second < MARGIN_BELOW) return 'small_margin'
  return first < SCORE_BELOW ? 'low_score' : null
}
