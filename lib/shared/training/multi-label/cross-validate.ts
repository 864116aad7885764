import type { Coordinates } from '../coordinates'
import { concatenated, foldsToTry } from '../cross-validate'
import type { Discriminant } from '../discriminant'
import { FOLDS } from '../folds'
import { logitsOf, squaredDistances } from '../held-out'
import { type Position, positionOf } from '../likeness'
import { type Statistics, sumStatistics } from '../statistics'
import type { Work } from '../work'
import { centered, fitLeastSquares, labeledStatistics } from './least-squares'
import type { LabeledSet } from './photo-set'
import { fitSigmoid, logScore, type SigmoidFit } from './sigmoid-fit'

/** The penalties that are tried, weakest first. */
const PENALTIES = [0.1, 0.3, 1, 3, 10] as const
/** Taken where nothing can be held out. */
export const USUAL_PENALTY = 1

/** The photos by fold, and what least squares need to know of each. */
export interface LabeledFolds {
  /** Without empty folds. */
  folds: readonly Int32Array[]
  statistics: readonly Statistics[]
}

/** What models said about photos that they weren't trained on. */
export interface LabeledValidation {
  penalty: number
  /** The held-out photos, fold by fold. */
  photos: Int32Array
  /** The fold of each of them. */
  fold: Int32Array
  /** Calibrated [photos × labels], row by row. */
  logits: Float32Array
  /** How values become logits, by label. */
  fits: readonly SigmoidFit[]
  positions: readonly Position[]
}

/** Computes the statistics of each fold. */
export function* foldPhotos(set: LabeledSet, coordinates: Coordinates, assigned: Int32Array): Work<LabeledFolds> {
  const photosOf = (fold: number) => Int32Array.from([...assigned.keys()].filter((at) => assigned[at] === fold))
  const folds = Array.from({ length: FOLDS }, (_, fold) => photosOf(fold)).filter(({ length }) => length > 0)
  const statistics: Statistics[] = []
  for (const photos of folds) statistics.push(yield* labeledStatistics(set, coordinates, photos))
  return { folds, statistics }
}

/** What a model of the other folds says about a fold. */
interface Trial {
  /** [photos × labels] */
  values: Float32Array
  /** Squared distances of the photos from the mean of the others. */
  distances: Float64Array
}

/**
 * Chooses the penalty with the smallest log loss of the scores on held-out photos, in which every label counts the same.
 *
 * @returns null where nothing can be held out: all photos are copies of one
 */
export function* crossValidateLabels(
  set: LabeledSet,
  coordinates: Coordinates,
  folded: LabeledFolds,
): Work<LabeledValidation | null> {
  const { folds } = folded
  if (folds.length < 2) return null
  const tried = Math.min(folds.length, foldsToTry(set.count))
  const trials: Trial[][] = []
  for (let fold = 0; fold < tried; fold++) trials.push(yield* tryFold(coordinates, folded, fold, PENALTIES))
  const best = bestPenalty(set, folds.slice(0, tried), trials)
  const penalty = PENALTIES[best] as number
  const chosen = trials.map((trial) => trial[best] as Trial)
  for (let fold = tried; fold < folds.length; fold++) {
    chosen.push(...(yield* tryFold(coordinates, folded, fold, [penalty])))
  }
  const photos = concatenated(folds)
  const values = joined(chosen.map((trial) => trial.values))
  const fits = fitAll(set, photos, values)
  const labels = fits.length
  const logits = values.map((value, at) => logitOf(value, fits[at % labels]))
  const distances = chosen.flatMap((trial) => [...trial.distances])
  const positions = distances.map((distance, at) =>
    positionOf(logits.subarray(at * labels, (at + 1) * labels), distance),
  )
  const fold = concatenated(folds.map(({ length }, at) => new Int32Array(length).fill(at)))
  return { penalty, photos, fold, logits, fits, positions }
}

function* tryFold(
  coordinates: Coordinates,
  { folds, statistics }: LabeledFolds,
  fold: number,
  penalties: readonly number[],
): Work<Trial[]> {
  const photos = folds[fold] as Int32Array
  const others = centered(yield* sumStatistics(statistics.filter((_, at) => at !== fold)))
  const distances = squaredDistances(coordinates, others.mean, photos)
  const trials: Trial[] = []
  for (const penalty of penalties) {
    const fitted: Discriminant = yield* fitLeastSquares(others, penalty)
    trials.push({ values: yield* logitsOf(coordinates, fitted, photos), distances })
  }
  return trials
}

function bestPenalty(set: LabeledSet, folds: readonly Int32Array[], trials: readonly Trial[][]): number {
  const photos = concatenated(folds)
  const losses = PENALTIES.map((_, index) => {
    const values = joined(trials.map((trial) => (trial[index] as Trial).values))
    return logLoss(set, photos, values, fitAll(set, photos, values))
  })
  return losses.indexOf(Math.min(...losses))
}

function fitAll(set: LabeledSet, photos: Int32Array, values: Float32Array): SigmoidFit[] {
  const count = set.labels.length
  return set.labels.map((_, label) =>
    fitSigmoid(
      Float64Array.from(photos, (_photo, at) => values[at * count + label] as number),
      Uint8Array.from(photos, (photo) => set.has[photo * count + label] as number),
    ),
  )
}

/** The mean over the photos of the sum over the labels. */
function logLoss(set: LabeledSet, photos: Int32Array, values: Float32Array, fits: readonly SigmoidFit[]): number {
  const count = set.labels.length
  let loss = 0
  for (const [at, photo] of photos.entries()) {
    for (let label = 0; label < count; label++) {
      const logit = logitOf(values[at * count + label] as number, fits[label])
      loss -= logScore(logit, set.has[photo * count + label] === 1)
    }
  }
  return loss / photos.length
}

function logitOf(value: number, fit: SigmoidFit | undefined): number {
  return fit ? fit.slope * value + fit.offset : value
}

/** Puts values behind one another. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
