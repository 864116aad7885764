import type { Coordinates } from './coordinates'
import { type FoldedExamples, scatterOfFolds } from './cross-validate'
import { fitDiscriminant } from './discriminant'
import { exactExp, exactLog } from './exact-math'
import { logitsOf } from './held-out'
import type { HeldOutResult } from './held-out-results'
import type { TrainingSet } from './training-set'
import type { Work } from './work'

/** Accuracy with fewer examples. */
export interface CurvePoint {
  /** Mean number of examples per label that were trained on. */
  photos: number
  /** The mean average precision, where photos may have several labels. */
  accuracy: number
}

/** A power law for the share of errors: factor × photos ^ −exponent. */
export interface LearningCurve {
  points: readonly CurvePoint[]
  factor: number
  exponent: number
}

/** How often each size is trained: with many examples, once is precise enough. */
export function rotations(examples: number, folds: number): number {
  if (examples <= 200) return folds
  return examples <= 2000 ? 2 : 1
}

/**
 * Trains on one fold, two folds and so on, and tests on another. The statistics of the folds are already known, so this
 * costs little. The last point is cross-validation itself.
 *
 * @param results of cross-validation
 * @returns null with fewer than three folds
 */
export function* learningCurve(
  set: TrainingSet,
  coordinates: Coordinates,
  folded: FoldedExamples,
  shrinkage: number,
  results: readonly HeldOutResult[],
): Work<LearningCurve | null> {
  const count = folded.folds.length
  if (count < 3) return null
  const points: CurvePoint[] = []
  for (let size = 1; size < count - 1; size++) {
    points.push(yield* pointOf(set, coordinates, folded, shrinkage, size))
  }
  const right = results.filter(({ truth, predicted }) => truth === predicted).length
  const trained = set.count - results.length / count
  points.push({ photos: trained / set.labels.length, accuracy: right / results.length })
  return { points, ...powerLaw(points, set.count) }
}

function* pointOf(
  set: TrainingSet,
  coordinates: Coordinates,
  { folds, ...rest }: FoldedExamples,
  shrinkage: number,
  size: number,
): Work<CurvePoint> {
  let [right, total, trained] = [0, 0, 0]
  const times = rotations(set.count, folds.length)
  for (let first = 0; first < times; first++) {
    const used = Array.from({ length: size }, (_, i) => (first + i) % folds.length)
    const tested = folds[(first + size) % folds.length] as Int32Array
    const scatter = yield* scatterOfFolds({ folds, ...rest }, used, set.dimensions)
    const logits = yield* logitsOf(coordinates, yield* fitDiscriminant(scatter, shrinkage), tested)
    right += rightOnes(set, logits, tested)
    total += tested.length
    trained += scatter.counts.reduce((sum, one) => sum + one, 0)
  }
  return { photos: trained / times / set.labels.length, accuracy: right / total }
}

/** The accuracy to expect with so many photos per label. */
export function accuracyWith({ factor, exponent }: Pick<LearningCurve, 'factor' | 'exponent'>, photos: number): number {
  return 1 - Math.min(1, factor * exactExp(-exponent * exactLog(photos)))
}

function rightOnes({ labels, truth }: TrainingSet, logits: Float32Array, examples: Int32Array): number {
  let right = 0
  for (const [at, example] of examples.entries()) {
    const row = logits.subarray(at * labels.length, (at + 1) * labels.length)
    let best = 0
    for (let label = 1; label < row.length; label++) if ((row[label] as number) > (row[best] as number)) best = label
    if (best === truth[example]) right++
  }
  return right
}

/** Least squares through the logarithms. More photos never make a model worse, and errors never fall faster than 1 / n. */
export function powerLaw(points: readonly CurvePoint[], examples: number): { factor: number; exponent: number } {
  // No error among n photos is taken for half an error.
  const values = points.map(({ photos, accuracy }) => ({
    x: exactLog(photos),
    y: exactLog(Math.max(1 - accuracy, 0.5 / examples)),
  }))
  const mean = (pick: (value: { x: number; y: number }) => number) =>
    values.reduce((sum, value) => sum + pick(value), 0) / values.length
  const [x, y] = [mean((value) => value.x), mean((value) => value.y)]
  const variance = mean((value) => (value.x - x) * (value.x - x))
  const slope = variance > 0 ? mean((value) => (value.x - x) * (value.y - y)) / variance : 0
  const exponent = Math.min(1, Math.max(0, -slope))
  return { factor: exactExp(y + exponent * x), exponent }
}
