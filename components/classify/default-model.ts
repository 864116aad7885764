import type { ModelInfo } from '@/lib/shared/contract/contract'

/** The default model: its type, or its ID if it has no type. */
export function defaultModel(models: readonly ModelInfo[]): string {
  const model = models.find((candidate) => candidate.default) ?? models[0]
  return model?.type ?? model?.id ?? 'balanced'
}
