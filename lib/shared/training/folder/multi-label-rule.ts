import { DEFAULT_LABEL_THRESHOLD, type MultiLabelRule } from '../../metrics/multi-label'
import type { CustomConfig } from './custom-config'

/** The keys of a `config.json` that are about several labels a photo. */
interface LabelConfig extends Pick<CustomConfig, 'problem_type'> {
  vision: Pick<CustomConfig['vision'], 'thresholds' | 'activation' | 'uncertainty'> & {
    background?: number | undefined
  }
}

/**
 * How a multi-label model decides which labels apply; null for a model of which one label is right.
 *
 * @param labels their number
 * @throws Error with a one-line reason if `config.json` contradicts itself
 */
export function multiLabelRule({ problem_type, vision }: LabelConfig, labels: number): MultiLabelRule | null {
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
