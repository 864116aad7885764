import { softmax } from '../metrics/scores'

/** The outputs of a model that are of each kind of thing, by kind. */
export type KindMembers = readonly (readonly number[])[]

/**
 * The probability of each kind: the sum of those of its classes.
 *
 * @param logits [classes]
 * @returns [kinds]
 */
export function kindScores(logits: Float32Array, members: KindMembers): Float32Array {
  // Measured with twice the temperature, the sums say much less.
  const scores = softmax(logits, 1)
  return Float32Array.from(members, (classes) => classes.reduce((sum, index) => sum + (scores[index] ?? 0), 0))
}
