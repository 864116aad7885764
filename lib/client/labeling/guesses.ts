import type { UncertainReason } from '@/lib/shared/metrics/uncertainty'
import { fitsHead, type Head } from '@/lib/shared/training/head'
import { predict } from '../training/predict'
import type { Embedded, TrainingLabel } from '../training/types'

/** A label under a key. */
interface Guess {
  label: string
  /** Null if the model doesn't know the label yet. */
  score: number | null
}

export interface Guesses {
  /** The best first when the photo came, at most nine: one per key. */
  list: readonly Guess[]
  uncertainReason: UncertainReason | null
}

/** What guesses: the model of the labeled photos, and a head that has also learned from the others. */
export interface Guessing {
  head: Head | null
  guesser: Head | null
}

/** Keys 1 to 9. */
const MOST = 9

/**
 * The guesses for a photo, then labels that have no score yet: those that were added last first. Whether the photo is
 * unlike the others, the model says.
 *
 * @param order the labels that are under the keys already, while the photo is shown: each keeps its key, whatever the
 *   model has learned since, so that a key never gives another label than the one that was read
 */
export function guessesOf(
  { head, guesser }: Guessing,
  photo: Embedded | null,
  labels: readonly TrainingLabel[],
  order: readonly string[] = [],
): Guesses {
  const names = new Set(labels.map(({ name }) => name))
  const resultOf = (by: Head | null) =>
    by && photo && fitsHead(by, photo) ? predict(by, photo, by.labels.length) : null
  const guessing = guesser ?? head
  const result = resultOf(guessing)
  // A label may have been removed since.
  const known = (result?.predictions ?? []).filter(({ label }) => names.has(label))
  const scores = new Map(known.map(({ label, score }) => [label, score]))
  const others = labels.map(({ name }) => name).filter((name) => !scores.has(name))
  const kept = order.filter((name) => names.has(name))
  const ranked = new Set([...kept, ...scores.keys(), ...others.toReversed()])
  const list = [...ranked].slice(0, MOST).map((label) => ({ label, score: scores.get(label) ?? null }))
  const byHead = guessing === head ? result : resultOf(head)
  return { list, uncertainReason: byHead?.uncertainReason ?? null }
}
