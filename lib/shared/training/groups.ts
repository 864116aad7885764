import { softmax } from '../metrics/scores'
import { Problem } from '../problems/problem'
import { labelKey, requireLabelNames } from './label-names'

/** Coarser labels over those of a model: "dog" for its 118 breeds. */
export interface Groups {
  /** Names of the groups; `other` is the last one if some labels are in no group. */
  names: readonly string[]
  /** The group of each label of the model, by index. */
  groupOf: Int32Array
}

/** The group of all labels that are in no other group. */
const OTHER_GROUP = 'other'

/**
 * Checks groups of labels.
 *
 * @param labels the model's labels, by index
 * @param members the labels of each group, by its name
 * @throws Problem `invalid_parameter`
 */
export function groupLabels(labels: readonly string[], members: ReadonlyMap<string, readonly string[]>): Groups {
  if (members.size === 0) throw new Problem('invalid_parameter', 'There are no groups.')
  const index = new Map(labels.map((label, at) => [label, at]))
  const groupOf = new Int32Array(labels.length).fill(members.size)
  for (const [group, [name, own]] of [...members].entries()) {
    if (own.length === 0) throw new Problem('invalid_parameter', `The group "${name}" has no labels.`)
    for (const label of own) {
      const at = index.get(label)
      if (at === undefined) throw new Problem('invalid_parameter', `The model has no label "${label}".`)
      const earlier = groupOf[at] as number
      if (earlier !== members.size) {
        throw new Problem('invalid_parameter', `The label "${label}" is in two groups, or twice in one.`)
      }
      groupOf[at] = group
    }
  }
  const complete = !groupOf.includes(members.size)
  if (!complete) requireNoOther(members)
  const names = complete ? [...members.keys()] : [...members.keys(), OTHER_GROUP]
  requireLabelNames(names)
  if (names.length < 2) throw new Problem('invalid_parameter', 'All labels are in the same group.')
  return { names, groupOf }
}

/** @throws Problem `invalid_parameter` if a group has the name that all other labels get */
function requireNoOther(members: ReadonlyMap<string, readonly string[]>): void {
  const other = [...members.keys()].find((name) => labelKey(name) === OTHER_GROUP)
  if (other === undefined) return
  const detail = `Labels that are in no group become "${OTHER_GROUP}". Leave out the group "${other}", or rename it.`
  throw new Problem('invalid_parameter', detail)
}

/**
 * The score of a group is the sum of its labels' scores.
 *
 * @param scores calibrated probabilities [labels]
 * @returns [groups]
 */
export function groupScores(scores: Float64Array, { names, groupOf }: Groups): Float64Array {
  const sums = new Float64Array(names.length)
  for (const [label, group] of groupOf.entries()) sums[group] = (sums[group] as number) + (scores[label] as number)
  return sums
}

/**
 * The logits of groups: their softmax is the sums of the calibrated scores of each group.
 *
 * @param logits of the base model [labels]
 * @param temperature of the base model
 * @throws Problem `not_ready` if the base has another number of labels
 */
export function groupLogits(groups: Groups, logits: Float32Array, temperature: number): Float32Array {
  const { length } = groups.groupOf
  if (logits.length !== length)
    throw new Problem('not_ready', `The custom model groups ${length} labels, but its base has ${logits.length}.`)
  const sums = groupScores(softmax(logits, temperature), groups)
  return Float32Array.from(sums, (sum) => Math.log(Math.max(sum, Number.MIN_VALUE)))
}
