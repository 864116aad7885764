import type { Classification } from '../contract/contract'

/** Whether any number of labels may apply. Results that were stored by earlier versions don't say so: one label is right. */
export function isMultiLabel({ model }: { model: { problem_type?: string | undefined } }): boolean {
  return model.problem_type === 'multi_label_classification'
}

/** The labels of a multi-label model that apply, best first; null for a model of which one label is right. */
export function selectedOf(
  result: Pick<Classification, 'model' | 'predictions'>,
): Classification['predictions'] | null {
  return isMultiLabel(result) ? result.predictions.filter(({ selected }) => selected) : null
}
