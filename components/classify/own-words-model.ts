import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { formatChoice } from '@/lib/shared/zero-shot/choice'
import { DEFAULT_TEMPLATE } from '@/lib/shared/zero-shot/template'

/** Labels to begin with. In English in every language, because text-image models know that best. */
export const START_WORDS: LabelWords = {
  labels: ['a person', 'an animal', 'a plant', 'food', 'a vehicle', 'a building'],
  template: DEFAULT_TEMPLATE,
}

/** The text-image model that takes the visitor's labels; null if none is installed. */
export function ownWordsModel(models: readonly ModelInfo[]): string | null {
  return models.find(({ text, status }) => text !== null && status !== 'failed')?.id ?? null
}

export function hasTextModel(models: readonly ModelInfo[]): boolean {
  return models.some(({ text }) => text !== null)
}

/** What to classify with if the visitor chooses a model: one without labels of its own gets some to begin with. */
export function choiceOf(models: readonly ModelInfo[], model: string): string {
  const takesWords = models.some(({ id, text }) => id === model && text !== null)
  return takesWords ? formatChoice({ model, words: START_WORDS }) : model
}
