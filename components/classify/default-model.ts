import type { ModelInfo } from '@/lib/shared/contract/contract'

/** The default model of those with labels of their own: its type, or its ID if it has no type. */
export function defaultModel(models: readonly ModelInfo[]): string {
  const labeled = models.filter(({ text }) => text === null)
  const model = labeled.find((candidate) => candidate.default) ?? labeled[0] ?? models[0]
  return model?.type ?? model?.id ?? 'balanced'
}
