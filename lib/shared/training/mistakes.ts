import type { HeldOutResult } from './held-out-results'
import type { TrainingSet } from './training-set'

/** An example that a model which didn't see it takes for another label. */
export interface Mistake {
  /** Position in the list that was trained on. */
  example: number
  label: string
  predicted: string
  /** Score of the predicted label. */
  score: number
}

/** The mistakes of cross-validation, the most certain one first. */
export function mistakesOf(set: TrainingSet, results: readonly HeldOutResult[]): Mistake[] {
  return results
    .filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.score - a.score || a.example - b.example)
    .map(({ example, truth, predicted, score }) => ({
      example: set.position[example] as number,
      label: set.labels[truth] as string,
      predicted: set.labels[predicted] as string,
      score,
    }))
}
