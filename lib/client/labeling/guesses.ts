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
  /** The best first, at most nine: one per key. */
  list: readonly Guess[]
  uncertainReason: UncertainReason | null
}

/** Keys 1 to 9. */
const MOST = 9

/** The model's guesses for a photo, then labels that it doesn't know yet: those that were added last first. */
export function guessesOf(head: Head | null, photo: Embedded | null, labels: readonly TrainingLabel[]): Guesses {
  const names = new Set(labels.map(({ name }) => name))
  const result = head && photo && fitsHead(head, photo) ? predict(head, photo, head.labels.length) : null
  // A label may have been removed since.
  const known = (result?.predictions ?? []).filter(({ label }) => names.has(label))
  const guessed = new Set(known.map(({ label }) => label))
  const others = labels.filter(({ name }) => !guessed.has(name)).toReversed()
  const list = [
    ...known.map(({ label, score }) => ({ label, score })),
    ...others.map(({ name }) => ({ label: name, score: null })),
  ]
  return { list: list.slice(0, MOST), uncertainReason: result?.uncertainReason ?? null }
}
