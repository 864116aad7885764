import { labelFinder } from '../labels-file/label-column'
import type { ResultRow } from '../results/columns'
import type { GroundTruth } from './evaluation'
import type { ClassNames } from './label-matcher'
import { labelSetFinder } from './set-evaluation'

/**
 * Returns a function that adds `truth` and `correct` to rows. Both are null for a photo without a label. A label that
 * the model doesn't have stays as it is in the labels file, and whether the result is correct is unknown.
 *
 * Where photos may have several labels, `truth` is a list, which may be empty, and `correct` says whether exactly these
 * labels apply, apart from those that the model doesn't have.
 *
 * @param classes of the model, in the order of its outputs
 */
export function judge(truth: GroundTruth, classes: readonly ClassNames[]): (row: ResultRow) => ResultRow {
  const verdict = truth.several ? judgeSet(truth, classes) : judgeLabel(truth, classes)
  return (row) => {
    const text = truth.labels.get(row.file)
    return text === undefined ? { ...row, truth: null, correct: null } : { ...row, ...verdict(row, text) }
  }
}

type Verdict = (row: ResultRow, text: string) => Pick<ResultRow, 'truth' | 'correct'>

function judgeLabel({ kind, mapping }: GroundTruth, classes: readonly ClassNames[]): Verdict {
  const find = labelFinder(kind, classes, mapping)
  return (row, word) => {
    const match = find(word)
    const label = 'index' in match ? classes[match.index]?.label : undefined
    if (label === undefined) return { truth: word, correct: null }
    return { truth: label, correct: row.status === 'ok' ? row.label === label : null }
  }
}

function judgeSet(truth: GroundTruth, classes: readonly ClassNames[]): Verdict {
  const setOf = labelSetFinder(truth, classes)
  return ({ labels }, text) => {
    const { known, unknown } = setOf(text)
    const names = known.map((index) => classes[index]?.label ?? '')
    const correct = labels === undefined ? null : sameSet(labels, names)
    return { truth: [...names, ...unknown.map(({ word }) => word)], correct }
  }
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((label) => others.includes(label))
}
