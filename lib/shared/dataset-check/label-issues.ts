import { coordinatesOf } from '../training/coordinates'
import { type CrossValidation, crossValidate, foldExamples } from '../training/cross-validate'
import { exactExp } from '../training/exact-math'
import type { Example } from '../training/example'
import { assignFolds } from '../training/folds'
import { trainingSet } from '../training/training-set'
import type { Work } from '../training/work'
import { smallestOf } from './copies/smallest-of'
import { countPairs, type MixedUp } from './mixed-up'

/** A photo whose label looks wrong. */
interface LabelIssue {
  /** Position in the list of examples. */
  example: number
  /** The label that it looks like. */
  suggested: string
  /** From 0.5, where both labels are equally likely, to 1. */
  score: number
}

export interface LabelCheck {
  /** The worst first. */
  issues: LabelIssue[]
  /** The most frequent first. */
  mixedUp: MixedUp[]
  /** Photos that a model which didn't see them said something about. */
  checked: number
}

/**
 * Finds labels that look wrong by confident learning: a model that wasn't trained on a photo is more certain of another
 * label. Photos are ranked by the margin between the probability of their own label and the best other one. How many of
 * them are listed is the number of wrong labels that the confident joint estimates. Source: Northcutt, Jiang and Chuang,
 * "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021), sections 3.1 (confident joint,
 * equations 1 to 3) and 3.2 (normalized margin).
 *
 * @param copies for each example the first example of its group of copies: a model would recognize them
 */
export function* checkLabels(examples: readonly Example[], copies: Int32Array): Work<LabelCheck> {
  const set = trainingSet(examples)
  const groups = smallestOf(Array.from(set.position, (example) => copies[example] as number))
  const coordinates = yield* coordinatesOf(set)
  const folded = yield* foldExamples(set, coordinates, assignFolds(set, groups))
  const validation = yield* crossValidate(set, coordinates, folded)
  if (validation === null) return { issues: [], mixedUp: [], checked: 0 }
  const suspected = suspectedIn(validation)
  const issues = suspected.map(({ at, suggested, score }) => ({
    example: set.position[validation.examples[at] as number] as number,
    suggested: set.labels[suggested] as string,
    score,
  }))
  const nameOf = (label: number | undefined) => set.labels[label ?? -1] as string
  const pairs = suspected.map(({ at, suggested }) => [nameOf(validation.truth[at]), nameOf(suggested)] as const)
  return { issues, mixedUp: countPairs(pairs), checked: validation.truth.length }
}

/** Above this score, a label is listed whatever the estimate: it is low where nearly all labels are certain. */
const CERTAIN = 0.9

interface Suspected {
  at: number
  suggested: number
  score: number
}

function suspectedIn(validation: CrossValidation): Suspected[] {
  const { truth, labels } = validation
  const probabilities = probabilitiesOf(validation)
  const found: Suspected[] = []
  for (const [at, own] of truth.entries()) {
    const row = probabilities.subarray(at * labels, (at + 1) * labels)
    const suggested = bestLabel(row, (label) => label !== own)
    if (suggested === null) continue
    const margin = (row[own] as number) - (row[suggested] as number)
    if (margin < 0) found.push({ at, suggested, score: (1 - margin) / 2 })
  }
  found.sort((a, b) => b.score - a.score || a.at - b.at)
  const errors = estimatedErrors(probabilities, truth, labels)
  return found.filter(({ score }, rank) => rank < errors || score > CERTAIN)
}

/**
 * The number of wrong labels, from the confident joint: how many photos with one label are confidently of another, scaled
 * to the number of photos with that label.
 */
function estimatedErrors(probabilities: Float64Array, truth: Int32Array, labels: number): number {
  const thresholds = usualConfidence(probabilities, truth, labels)
  const [confident, wrong, total] = [new Float64Array(labels), new Float64Array(labels), new Float64Array(labels)]
  const count = (counts: Float64Array, label: number) => {
    counts[label] = (counts[label] as number) + 1
  }
  for (const [at, own] of truth.entries()) {
    const row = probabilities.subarray(at * labels, (at + 1) * labels)
    const best = bestLabel(row, (label) => (row[label] as number) >= (thresholds[label] as number))
    count(total, own)
    if (best === null) continue
    count(confident, own)
    if (best !== own) count(wrong, own)
  }
  const perLabel = wrong.map((errors, label) =>
    errors === 0 ? 0 : (errors / (confident[label] as number)) * (total[label] as number),
  )
  return Math.round(perLabel.reduce((sum, errors) => sum + errors, 0))
}

/** Calibrated probabilities of the held-out examples [examples × labels]. */
function probabilitiesOf({ logits, truth, labels, calibration }: CrossValidation): Float64Array {
  const out = new Float64Array(logits.length)
  for (let at = 0; at < truth.length; at++) {
    const row = logits.subarray(at * labels, (at + 1) * labels)
    const largest = row.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY)
    let sum = 0
    for (const [label, value] of row.entries()) {
      const each = exactExp((value - largest) / calibration.temperature)
      out[at * labels + label] = each
      sum += each
    }
    for (let label = 0; label < labels; label++) {
      out[at * labels + label] = (out[at * labels + label] as number) / sum
    }
  }
  return out
}

/** The mean probability of each label among the photos that have it: the thresholds of the confident joint. */
function usualConfidence(probabilities: Float64Array, truth: Int32Array, labels: number): Float64Array {
  const sums = new Float64Array(labels)
  const counts = new Float64Array(labels)
  for (const [at, own] of truth.entries()) {
    sums[own] = (sums[own] as number) + (probabilities[at * labels + own] as number)
    counts[own] = (counts[own] as number) + 1
  }
  // Without photos there is no evidence for a label.
  return sums.map((sum, label) => ((counts[label] as number) > 0 ? sum / (counts[label] as number) : Infinity))
}

function bestLabel(row: Float64Array, counts: (label: number) => boolean): number | null {
  let best: number | null = null
  for (let label = 0; label < row.length; label++) {
    if (counts(label) && (best === null || (row[label] as number) > (row[best] as number))) best = label
  }
  return best
}
