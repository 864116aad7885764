import type { ModelInfo } from '@/lib/shared/contract/contract'

/** As many labels are shown of a photo at most. */
const MAX_LABELS = 10

/** How many labels of a model can be shown: all of a model with few. @param model type or id */
export function maxLabels(models: readonly ModelInfo[], model: string): number {
  const classes = models.find(({ id, type }) => id === model || type === model)?.classes
  return Math.max(1, Math.min(MAX_LABELS, classes || MAX_LABELS))
}
