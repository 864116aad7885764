import { DEFAULT_LABEL_THRESHOLD, type MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import type { ModelConfig } from './model-config'

/**
 * How a multi-label model decides which labels apply; null for a model of which one label is right.
 *
 * @param labels their number
 * @throws Error with a one-line reason if `config.json` contradicts itself
 */
export function multiLabelRule({ problem_type, vision }: ModelConfig, labels: number): MultiLabelRule | null {
  const { thresholds = DEFAULT_LABEL_THRESHOLD, background, activation, uncertainty } = vision
  if (problem_type !== 'multi_label_classification') {
    if (vision.thresholds === undefined) return null
    throw new Error('vision.thresholds needs "problem_type": "multi_label_classification"')
  }
  if (background !== undefined)
    throw new Error('vision.background is for models of which one label is right: here, no label at all may apply')
  if (activation === 'softmax')
    throw new Error('vision.activation is softmax, but the scores of a multi-label model are independent (sigmoid)')
  if (Array.isArray(thresholds) && thresholds.length !== labels)
    throw new Error(`vision.thresholds has ${thresholds.length} values, but there are ${labels} labels`)
  return {
    thresholds: Array.isArray(thresholds) ? thresholds : Array.from({ length: labels }, () => thresholds),
    nearThreshold: uncertainty?.near_threshold ?? null,
  }
}

/** The thresholds as short as they can be: one number if it is the same for all labels. Null for a single-label model. */
export function thresholdsOf(rule: MultiLabelRule | null): number | number[] | null {
  if (rule === null) return null
  const [first = DEFAULT_LABEL_THRESHOLD] = rule.thresholds
  return rule.thresholds.every((threshold) => threshold === first) ? first : [...rule.thresholds]
}
