import type { CrossValidation } from './cross-validate'
import { exactExp } from './exact-math'

/** What a model that didn't see an example said about it. */
export interface HeldOutResult {
  /** Index of the example in canonical order. */
  example: number
  truth: number
  /** The label with the highest score. */
  predicted: number
  /** Calibrated score of that label. */
  score: number
  /** Calibrated score of the true label. */
  ownScore: number
}

/** The calibrated results of cross-validation, in the order of its examples. */
export function heldOutResults({ examples, truth, logits, labels, calibration }: CrossValidation): HeldOutResult[] {
  return Array.from(examples, (example, at) => {
    const row = logits.subarray(at * labels, (at + 1) * labels)
    const own = truth[at] as number
    let predicted = 0
    for (let label = 1; label < labels; label++) {
      if ((row[label] as number) > (row[predicted] as number)) predicted = label
    }
    const largest = row[predicted] as number
    let sum = 0
    for (const value of row) sum += exactExp((value - largest) / calibration.temperature)
    const ownScore = exactExp(((row[own] as number) - largest) / calibration.temperature) / sum
    return { example, truth: own, predicted, score: 1 / sum, ownScore }
  })
}
