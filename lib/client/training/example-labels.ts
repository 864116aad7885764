import { NO_LABEL } from '@/lib/shared/training/example'
import { NONE, type TrainingPhoto, type TrainingSnapshot } from './types'

/**
 * Finds the label that a photo is an example of: `NO_LABEL` for none of them, which only counts where photos may have
 * several; null if it is no example.
 */
export function exampleLabels({
  labels,
  multiLabel,
}: Pick<TrainingSnapshot, 'labels' | 'multiLabel'>): (photo: TrainingPhoto) => string | null {
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  if (multiLabel) names.set(NONE, NO_LABEL)
  return ({ label }) => (label === null ? null : (names.get(label) ?? null))
}
