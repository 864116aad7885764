import { accuracyWith, type LearningCurve } from './learning-curve'

/** What more photos of one label would bring. */
export interface LabelNeed {
  label: string
  /** Photos it has. */
  photos: number
  /** Share of its photos that are recognized; null if none could be tested. */
  recall: number | null
  /** Points of its recall that `more` photos are expected to add; null if that can't be estimated. */
  gain: number | null
}

/** The number of photos that `gain` refers to. */
const MORE_PHOTOS = 10

interface Measured {
  labels: readonly string[]
  /** Photos of each label [labels]. */
  counts: Int32Array
  /** The labels that were tested. */
  classes: readonly { index: number; recall: number | null }[]
  curve: LearningCurve | null
}

/** The labels, with the one first that needs photos most. Those that couldn't be tested come before all others. */
export function labelNeeds({ labels, counts, classes, curve }: Measured): LabelNeed[] {
  const recalls = new Map(classes.map(({ index, recall }) => [index, recall]))
  return labels
    .map((label, index) => {
      const photos = counts[index] as number
      const recall = recalls.get(index) ?? null
      return { label, photos, recall, gain: recall !== null && curve ? gain(curve, photos, recall) : null }
    })
    .sort((a, b) => (b.gain ?? 1) - (a.gain ?? 1) || a.photos - b.photos)
}

/** The errors of a label shrink like those of all labels. */
function gain(curve: LearningCurve, photos: number, recall: number): number {
  const errors = (count: number) => 1 - accuracyWith({ ...curve, factor: 1 }, count)
  return (1 - recall) * (1 - errors(photos + MORE_PHOTOS) / errors(photos))
}
