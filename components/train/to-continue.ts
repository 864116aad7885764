import type { ModelInfo } from '@/lib/shared/contract/contract'

/** How to go on with a saved model. @param fallback the base, if the model doesn't say which one it has */
export function toContinue({ base_model, problem_type }: ModelInfo, fallback: string) {
  return { base: base_model?.id ?? fallback, multiLabel: problem_type === 'multi_label_classification' }
}
