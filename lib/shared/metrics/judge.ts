import { labelFinder } from '../labels-file/label-column'
import type { ResultRow } from '../results/columns'
import type { GroundTruth } from './evaluation'
import type { ClassNames } from './label-matcher'

/**
 * Returns a function that adds `truth` and `correct` to rows. Both are null for a photo without a label. A label that
 * the model doesn't have stays as it is in the labels file, and whether the result is correct is unknown.
 *
 * @param classes of the model, in the order of its outputs
 */
export function judge(truth: GroundTruth, classes: readonly ClassNames[]): (row: ResultRow) => ResultRow {
  const find = labelFinder(truth.kind, classes, truth.mapping)
  return (row) => {
    const word = truth.labels.get(row.file)
    if (word === undefined) return { ...row, truth: null, correct: null }
    const match = find(word)
    const label = 'index' in match ? classes[match.index]?.label : undefined
    if (label === undefined) return { ...row, truth: word, correct: null }
    return { ...row, truth: label, correct: row.status === 'ok' ? row.label === label : null }
  }
}
