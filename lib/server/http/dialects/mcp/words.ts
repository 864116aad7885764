import type { Classification, ModelInfo } from '@/lib/shared/contract/contract'

const REASONS: Record<NonNullable<Classification['uncertain_reason']>, string> = {
  unlike_known: 'the photo is unlike anything that the model was trained on',
  small_margin: 'two labels are about equally likely',
  low_score: 'the best label is more likely wrong than right',
  near_threshold: 'the score of a label is close to the threshold from which it applies',
}

export const percent = (share: number) => `${(100 * share).toFixed(1)}%`

/** A result in words, for agents that don't read the structured one. */
export function describeResult({
  model,
  predictions,
  uncertain_reason: reason,
}: {
  model: string
  predictions: readonly { label: string; score: number }[]
  uncertain_reason: Classification['uncertain_reason']
}): string {
  const labels = predictions.map(({ label, score }) => `${label} (${percent(score)})`).join(', ')
  return `${model}: ${labels}.${reason === null ? '' : ` Uncertain: ${REASONS[reason]}.`}`
}

/** A line for each model. */
export function describeModels(models: readonly ModelInfo[]): string {
  return models
    .map(({ id, type, title, classes, status, default: isDefault }) => {
      const names = [id, ...(type === null ? [] : [type])].join(' or ')
      return `${names}: ${title}, ${classes} labels, ${status}${isDefault ? ', the default' : ''}`
    })
    .join('\n')
}
