import { softmax } from './scores'

/**
 * How logits become scores: `softmax` gives scores that sum to 1, because one label is right; `sigmoid` gives each label
 * a score of its own, and any number of labels may be right.
 */
export const ACTIVATIONS = ['softmax', 'sigmoid'] as const
export type Activation = (typeof ACTIVATIONS)[number]

/**
 * The scores of logits [classes], each from 0 to 1.
 *
 * @param temperature divides the logits first
 */
export function activate(logits: Float32Array, temperature: number, activation: Activation): Float64Array {
  if (activation === 'softmax') return softmax(logits, temperature)
  return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit / temperature)))
}
