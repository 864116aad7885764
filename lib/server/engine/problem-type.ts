import { DEFAULT_LABEL_THRESHOLD, type MultiLabelRule } from '@/lib/shared/metrics/multi-label'

/** The thresholds as short as they can be: one number if it is the same for all labels. Null for a single-label model. */
export function thresholdsOf(rule: MultiLabelRule | null): number | number[] | null {
  if (rule === null) return null
  const [first = DEFAULT_LABEL_THRESHOLD] = rule.thresholds
  return rule.thresholds.every((threshold) => threshold === first) ? first : [...rule.thresholds]
}
