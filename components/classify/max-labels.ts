import type { ModelInfo } from '@/lib/shared/contract/contract'
import { parseChoice } from '@/lib/shared/zero-shot/choice'

/** The most labels that are shown for a photo. */
const MAX_LABELS = 10

/**
 * How many labels can be shown: all of them if the model has few.
 *
 * @param model type or id
 */
export function maxLabels(models: readonly ModelInfo[], model: string): number {
  const { model: base, words } = parseChoice(model)
  const classes = words ? words.labels.length : models.find(({ id, type }) => id === base || type === base)?.classes
  return Math.max(1, Math.min(MAX_LABELS, classes || MAX_LABELS))
}
