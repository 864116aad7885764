import type { Prediction } from '../contract/contract'

interface Answer {
  model: { problem_type?: string | undefined }
  predictions: readonly Prediction[]
}

/** Whether any number of labels may apply. Results that were stored by earlier versions don't say so: one label is right. */
export function isMultiLabel({ model }: Pick<Answer, 'model'>): boolean {
  return model.problem_type === 'multi_label_classification'
}

/** The labels of a multi-label model that apply, best first; null for a model of which one label is right. */
export function selectedOf(result: Answer): Prediction[] | null {
  return isMultiLabel(result) ? result.predictions.filter(({ selected }) => selected) : null
}

/** What a result says in one line: its best label, or all that apply, with commas. Null if there is none. */
export function answerOf(result: Answer): string | null {
  const labels = (selectedOf(result) ?? result.predictions.slice(0, 1)).map(({ label }) => label)
  return labels.length > 0 ? labels.join(', ') : null
}

/** As `answerOf`, but the same for the same labels: several are in the order of their names. */
export function agreedOf(result: Answer): string | null {
  const selected = selectedOf(result)
  if (selected === null) return answerOf(result)
  return saysOf({ label: null, labels: selected.map(({ label }) => label) })
}

/** The first predictions, and all that apply. */
export function shownOf<P extends Pick<Prediction, 'selected'>>(predictions: readonly P[], count: number): P[] {
  return predictions.filter(({ selected }, rank) => rank < count || selected)
}

/** What a row says in one line, as `answerOf`: of a multi-label model, all labels that apply, in their order in the alphabet. */
export function saysOf({ label, labels }: { label: string | null; labels?: readonly string[] }): string | null {
  if (labels === undefined) return label
  return labels.length > 0 ? [...labels].sort().join(', ') : null
}
