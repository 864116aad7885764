import type { HeldOutResult } from './held-out-results'
import type { TrainingSet } from './training-set'

/** An example that looks as if it had the wrong label. */
export interface SuspiciousExample {
  /** Position in the list that was trained on. */
  example: number
  label: string
  /** The label that it looks like. */
  looksLike: string
  /** Score of that label from a model that didn't see the example. */
  score: number
  ownScore: number
}

/** Examples that show the same photo, or nearly. */
export interface Copies {
  /** Positions in the list that was trained on. */
  examples: number[]
  /** More than one: the same photo has different labels. */
  labels: string[]
}

/** A model that didn't see the example gives its label less than this, and another label more than `OTHER_ABOVE`. */
const OWN_BELOW = 0.1
const OTHER_ABOVE = 0.6

/** The most suspicious example first. */
export function suspiciousExamples(set: TrainingSet, results: readonly HeldOutResult[]): SuspiciousExample[] {
  return results
    .filter(
      ({ truth, predicted, score, ownScore }) => truth !== predicted && ownScore < OWN_BELOW && score > OTHER_ABOVE,
    )
    .sort((a, b) => a.ownScore - b.ownScore || a.example - b.example)
    .map(({ example, truth, predicted, score, ownScore }) => ({
      example: set.position[example] as number,
      label: set.labels[truth] as string,
      looksLike: set.labels[predicted] as string,
      score,
      ownScore,
    }))
}

/**
 * The groups of copies with more than one example: those with different labels first.
 *
 * @param groups for each example the first example of its group
 */
export function copiesOf(set: TrainingSet, groups: Int32Array): Copies[] {
  const members = new Map<number, number[]>()
  for (const [example, first] of groups.entries()) {
    const found = members.get(first)
    if (found) found.push(example)
    else members.set(first, [example])
  }
  return [...members.values()]
    .filter((examples) => examples.length > 1)
    .map((examples) => ({
      examples: examples.map((example) => set.position[example] as number),
      labels: [...new Set(examples.map((example) => set.labels[set.truth[example] as number] as string))],
    }))
    .sort((a, b) => Math.min(2, b.labels.length) - Math.min(2, a.labels.length))
}
