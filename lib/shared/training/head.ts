import type { MultiLabelRule } from '../metrics/multi-label'
import type { UncertainReason } from '../metrics/uncertainty'
import { Problem } from '../problems/problem'
import type { BaseFeatures } from './example'
import { writeFeatures } from './features'
import { type LikenessRule, likeness, positionOf } from './likeness'

/** A linear classifier on top of a base model's embedding, and of the kinds of things that it knows. */
export interface Head {
  labels: readonly string[]
  /** Length of the embedding. */
  dimensions: number
  /** Number of kinds; 0 if it doesn't use them. */
  kinds: number
  /** [labels × (dimensions + kinds)], row by row. */
  weights: Float32Array
  /** [labels] */
  bias: Float32Array
  temperature: number
  /** The center of the labels [dimensions + kinds], and what is usual; null if nothing could be tested. */
  likeness: { center: Float32Array; rule: LikenessRule } | null
  /** Set if a photo may have several labels, or none: its scores are sigmoids of its logits. */
  multiLabel?: MultiLabelRule | undefined
}

export interface HeadScores {
  /** [labels] */
  logits: Float32Array
  /** How much the photo is like the examples: zero is usual, negative is unlike. Null if that is unknown. */
  likeness: number | null
}

/**
 * Prepares a head, and returns a function that scores a photo in microseconds. The function throws a Problem `not_ready`
 * if the base model gives other features than those that the head was trained on.
 */
export function headScorer(
  head: Pick<Head, 'dimensions' | 'kinds' | 'weights' | 'bias' | 'likeness'>,
): (photo: BaseFeatures) => HeadScores {
  const { dimensions, kinds, weights, bias } = head
  const features = new Float64Array(dimensions + kinds)
  const products = new Float64Array(bias.length)
  return (photo) => {
    requireFeatures(head, photo)
    writeFeatures(photo, kinds > 0, features)
    multiply(weights, features, products)
    const logits = Float32Array.from(products, (value, label) => value + (bias[label] as number))
    if (head.likeness === null) return { logits, likeness: null }
    const { center, rule } = head.likeness
    return { logits, likeness: likeness(positionOf(logits, squaredDistance(features, center)), rule) }
  }
}

/** Whether a head can score a photo: not if it learned from another base model. */
export function fitsHead({ dimensions, kinds }: Pick<Head, 'dimensions' | 'kinds'>, photo: BaseFeatures): boolean {
  return photo.embedding.length === dimensions && (kinds === 0 || photo.kinds?.length === kinds)
}

function requireFeatures(head: Pick<Head, 'dimensions' | 'kinds'>, photo: BaseFeatures): void {
  if (fitsHead(head, photo)) return
  const { dimensions, kinds } = head
  const [values, known] = [photo.embedding.length, photo.kinds?.length ?? 0]
  const detail = `The model learned from ${dimensions} values and ${kinds} kinds of its base, which has ${values} and ${known} now.`
  throw new Problem('not_ready', `${detail} Train it again.`)
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
