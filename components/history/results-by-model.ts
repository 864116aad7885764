import type { Classification, MODEL_TYPES } from '@/lib/shared/contract/contract'
import type { ModelResult } from '@/lib/shared/results/agreement'

/** From fast to accurate. Here, because the contract would bring zod to the page. */
const ORDER: readonly string[] = ['fast', 'balanced', 'accurate'] satisfies readonly (typeof MODEL_TYPES)[number][]

/** The results with the types of their models, or IDs, the fastest type first and other models last. */
export function resultsByModel(results: readonly Classification[]): ModelResult[] {
  const rank = ({ model }: Classification) =>
    (model.type === null ? -1 : ORDER.indexOf(model.type)) + 1 || ORDER.length + 1
  return [...results]
    .sort((a, b) => rank(a) - rank(b))
    .map((result) => ({ model: result.model.type ?? result.model.id, result }))
}
