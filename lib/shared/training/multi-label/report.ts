import { ece, type Interval } from '../../metrics/calibration'
import { type LabelScores, type MultiLabelMetrics, multiLabelMetrics } from '../../metrics/label-metrics'
import { mapInterval } from '../../metrics/map-interval'
import type { LabeledValidation } from './cross-validate'
import type { LabeledSet } from './photo-set'
import { sigmoid } from './sigmoid-fit'
import { chooseThresholds } from './thresholds'

/** How good a model of several labels a photo is, measured on photos that weren't trained on. */
export interface MultiLabelReport extends MultiLabelMetrics {
  /** Photos that were held out. */
  photos: number
  /** The 95 % interval of `map`; null with few photos. */
  map_interval: Interval | null
  /** Expected calibration error of the scores of all labels. */
  ece: number
}

/** The scores of cross-validation, in the order of its photos. */
export function heldOutScores(set: LabeledSet, { photos, logits }: LabeledValidation): LabelScores {
  const labels = set.labels.length
  const truth = new Uint8Array(logits.length)
  for (const [at, photo] of photos.entries()) {
    truth.set(set.has.subarray(photo * labels, (photo + 1) * labels), at * labels)
  }
  return { labels, scores: Float64Array.from(logits, sigmoid), truth }
}

/**
 * Measures the scores of cross-validation. Thresholds are those that the other folds would choose: measured on the photos
 * that chose them, they would look too good. Labels whose photos are all in one fold can't be measured and are left out.
 *
 * @param thresholds of the final model, for the table
 */
export function multiLabelReport(
  known: LabelScores,
  { fold }: Pick<LabeledValidation, 'fold'>,
  thresholds: readonly number[],
): MultiLabelReport {
  const tested = testedLabels(known, fold)
  const truth = known.truth.map((value, at) => (tested[at % known.labels] ? value : 0))
  const limits = crossThresholds(known, fold).map((limit, at) =>
    tested[at % known.labels] ? limit : Number.POSITIVE_INFINITY,
  )
  const metrics = multiLabelMetrics({ ...known, truth }, limits)
  const classes = metrics.classes
    .map((one) => ({ ...one, threshold: thresholds[one.index] as number }))
    .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0) || b.support - a.support)
  return {
    photos: fold.length,
    ...metrics,
    map_interval: mapInterval({ ...known, truth }),
    ece: decisionEce(known),
    classes,
  }
}

/** Whether a model that saw some of a label's photos was tested on others [labels]. */
function testedLabels({ labels, truth }: LabelScores, fold: Int32Array): boolean[] {
  const folds = Array.from({ length: labels }, () => new Set<number>())
  for (const [at, value] of truth.entries()) if (value) folds[at % labels]?.add(fold[Math.floor(at / labels)] as number)
  return folds.map(({ size }) => size > 1)
}

/**
 * For each photo the thresholds that the photos of the other folds choose [photos × labels].
 *
 * @param fold of each photo
 */
export function crossThresholds({ labels, scores, truth }: LabelScores, fold: Int32Array): Float64Array {
  const out = new Float64Array(scores.length)
  for (const own of new Set(fold)) {
    const isOther = (at: number) => fold[Math.floor(at / labels)] !== own
    const others = {
      labels,
      scores: scores.filter((_, at) => isOther(at)),
      truth: truth.filter((_, at) => isOther(at)),
    }
    const thresholds = chooseThresholds(others)
    for (let at = 0; at < out.length; at++) {
      if (!isOther(at)) out[at] = thresholds[at % labels] as number
    }
  }
  return out
}

/** Enough decisions for a calibration error. */
const ENOUGH = 100_000

/** Expected calibration error of all decisions about labels together, or of evenly spaced ones. */
export function decisionEce({ scores, truth }: Pick<LabelScores, 'scores' | 'truth'>): number {
  // No multiple of the number of labels, so that every label is among them.
  const step = 2 * Math.floor(scores.length / ENOUGH / 2) + 1
  const decisions = Array.from({ length: Math.ceil(scores.length / step) }, (_, at) => ({
    score: scores[at * step] as number,
    right: truth[at * step] === 1,
  }))
  return ece(decisions)
}
