import type { Classification, ModelInfo } from '@/lib/shared/contract/contract'
import type { PROBLEM_TYPES } from '@/lib/shared/metrics/multi-label'

const REASONS: Record<NonNullable<Classification['uncertain_reason']>, string> = {
  unlike_known: 'the photo is unlike anything that the model was trained on',
  small_margin: 'two labels are about equally likely',
  low_score: 'the best label is more likely wrong than right',
  near_threshold: 'the score of a label is close to the threshold from which it applies',
}

export const percent = (share: number) => `${(100 * share).toFixed(1)}%`

interface Answer {
  model: string
  problem_type: (typeof PROBLEM_TYPES)[number]
  predictions: readonly Scored[]
  uncertain_reason: Classification['uncertain_reason']
}

interface Scored {
  label: string
  score: number
  selected?: boolean | undefined
}

/** A result in words, for agents that don't read the structured one. */
export function describeResult({ model, problem_type, predictions, uncertain_reason: reason }: Answer): string {
  const labels = problem_type === 'multi_label_classification' ? whatApplies(predictions) : `${listed(predictions)}.`
  return `${model}: ${labels}${reason === null ? '' : ` Uncertain: ${REASONS[reason]}.`}`
}

function whatApplies(predictions: readonly Scored[]): string {
  const some = predictions.filter(({ selected }) => selected)
  const others = predictions.filter(({ selected }) => !selected)
  const verdict =
    some.length === 0
      ? 'none of the labels applies.'
      : `${some.length === 1 ? 'this label applies' : 'these labels apply'}: ${listed(some)}.`
  return others.length === 0 ? verdict : `${verdict} Below their thresholds: ${listed(others)}.`
}

const listed = (predictions: readonly Scored[]) =>
  predictions.map(({ label, score }) => `${label} (${percent(score)})`).join(', ')

/** A line for each model. */
export function describeModels(models: readonly ModelInfo[]): string {
  return models
    .map(({ id, type, title, classes, status, default: isDefault }) => {
      const names = [id, ...(type === null ? [] : [type])].join(' or ')
      return `${names}: ${title}, ${classes} labels, ${status}${isDefault ? ', the default' : ''}`
    })
    .join('\n')
}
