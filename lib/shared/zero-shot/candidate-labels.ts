import { Problem } from '../problems/problem'
import { requireLabelNames } from '../training/label-names'
import { DEFAULT_TEMPLATE, PLACEHOLDER } from './template'

/** Labels in one request: as many as ImageNet has classes. */
export const MAX_CANDIDATE_LABELS = 1000
const MAX_TEMPLATE_LENGTH = 200

/** Labels, and the text that photos are compared with for each. */
export interface LabelWords {
  labels: readonly string[]
  /** With {} for the label. */
  template: string
}

/**
 * Splits labels at commas and line breaks. A label that has a comma itself stands in double quotes, as in CSV:
 * `nuts,"bolts, M8"`. Empty ones are left out.
 */
export function splitLabels(text: string): string[] {
  const labels: string[] = []
  for (const [, quoted, plain = ''] of text.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^,\n]*))(?:,|\n|$)/gy)) {
    const label = (quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim()
    if (label !== '') labels.push(label)
  }
  return labels
}

/** Labels as one text that `splitLabels` reads. */
export function joinLabels(labels: readonly string[]): string {
  return labels.map((label) => (/[,"\n]|^\s|\s$/.test(label) ? `"${label.replaceAll('"', '""')}"` : label)).join(',')
}

/**
 * The labels of a request.
 *
 * @param labels undefined if the request has none
 * @param parameter that they are from, for messages
 * @returns undefined if the request has none
 * @throws Problem `invalid_parameter` for labels or a template that can't be used
 */
export function labelWords(
  labels: readonly string[] | undefined,
  template?: string,
  parameter: 'candidate_labels' | 'words' = 'candidate_labels',
): LabelWords | undefined {
  if (labels === undefined) {
    if (template === undefined) return undefined
    throw new Problem('invalid_parameter', `hypothesis_template is for ${parameter}. Send both.`)
  }
  const names = labels.map((label) => label.trim())
  if (names.length === 0) throw new Problem('invalid_parameter', `${parameter} has no label.`)
  if (names.length > MAX_CANDIDATE_LABELS) {
    const detail = `${parameter} has ${names.length} labels; the limit is ${MAX_CANDIDATE_LABELS}.`
    throw new Problem('invalid_parameter', detail)
  }
  requireLabelNames(names)
  const text = template ?? DEFAULT_TEMPLATE
  const fault = templateFault(text)
  if (fault !== null) throw new Problem('invalid_parameter', fault)
  return { labels: names, template: text }
}

/** What is wrong with a template, as a sentence; null if nothing is. */
function templateFault(template: string): string | null {
  if (template.length > MAX_TEMPLATE_LENGTH)
    return `hypothesis_template has more than ${MAX_TEMPLATE_LENGTH} characters.`
  if (!template.includes(PLACEHOLDER)) return 'hypothesis_template has no {}, which stands for the label.'
  return /[\p{Cc}\p{Cs}]/u.test(template) ? 'hypothesis_template has control characters.' : null
}
