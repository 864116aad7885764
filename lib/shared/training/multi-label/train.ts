import { DEFAULT_LABEL_THRESHOLD, type MultiLabelRule } from '../../metrics/multi-label'
import { sixDigits } from '../../metrics/scores'
import { type Coordinates, coordinatesOf } from '../coordinates'
import type { Example } from '../example'
import type { Head } from '../head'
import type { LearningCurve } from '../learning-curve'
import { likenessRule } from '../likeness'
import { zeros } from '../linear-algebra/matrix'
import { groupCopies } from '../near-copies'
import { requireLabeledExamples } from '../require-examples'
import { sumStatistics } from '../statistics'
import { type LabelNeed, labelNeeds } from '../suggestions'
import type { Copies } from '../suspicious'
import type { TrainingOptions, TrainingProgress } from '../train'
import { runWork, type Work } from '../work'
import {
  crossValidateLabels,
  foldPhotos,
  type LabeledFolds,
  type LabeledValidation,
  USUAL_PENALTY,
} from './cross-validate'
import { doubtfulLabels } from './doubtful'
import { assignLabeledFolds } from './folds'
import { labelLearningCurve } from './learning-curve'
import { centered, fitLeastSquares } from './least-squares'
import { nearThreshold } from './near-threshold'
import { type LabeledSet, labeledSet, supportOf } from './photo-set'
import { heldOutScores, type MultiLabelReport, multiLabelReport } from './report'
import { USUAL_FIT } from './sigmoid-fit'
import { chooseThresholds } from './thresholds'

/** A label of a photo that looks wrong, or that seems to be missing. */
interface DoubtfulExample {
  /** Position of the photo's first example in the list that was trained on. */
  example: number
  label: string
  /** Whether the photo has the label. */
  has: boolean
  /** Score of the label from a model that didn't see the photo. */
  score: number
}

export interface MultiLabelTraining {
  head: Head & { multiLabel: MultiLabelRule }
  /** Strength of the regularization that cross-validation chose. */
  penalty: number | null
  /** Different photos. */
  photos: number
  /** Null if no photo could be held out. */
  report: MultiLabelReport | null
  /** Of the mean average precision. Null in quick training, or with too few photos. */
  curve: LearningCurve | null
  /** Labels, with the one first that needs photos most. */
  needs: readonly LabelNeed[]
  /** The most doubtful label first. */
  doubtful: readonly DoubtfulExample[]
  /** Copies with different labels first. */
  copies: readonly Copies[]
}

/** Rough shares of the time, for progress. */
const AT = { copies: 0.05, coordinates: 0.15, folds: 0.3, validation: 0.45, curve: 0.8, head: 0.95 }

/**
 * Trains a classifier of photos that may have several labels, or none, and measures it by cross-validation: for each
 * label, regularized least squares and a logistic regression on their held-out values. The same examples give the same
 * bytes, in whatever order they come.
 *
 * @param examples a photo with several labels is an example for each; one with none has `NO_LABEL`
 * @throws Problem `invalid_parameter` or `too_many_files` for examples that can't be trained on; the signal's reason
 */
export async function trainMultiLabel(
  examples: readonly Example[],
  { quick = false }: Pick<TrainingOptions, 'quick'> = {},
  { onProgress, ...progress }: TrainingProgress = {},
): Promise<MultiLabelTraining> {
  requireLabeledExamples(examples)
  progress.signal?.throwIfAborted()
  return runWork(trainInSteps(labeledSet(examples), quick, onProgress ?? (() => {})), progress)
}

function* trainInSteps(set: LabeledSet, quick: boolean, onProgress: (done: number) => void): Work<MultiLabelTraining> {
  onProgress(AT.copies)
  const groups = yield* groupCopies(set)
  onProgress(AT.coordinates)
  const coordinates = yield* coordinatesOf(set)
  onProgress(AT.folds)
  const folded = yield* foldPhotos(set, coordinates, assignLabeledFolds(set, groups))
  onProgress(AT.validation)
  const validation = yield* crossValidateLabels(set, coordinates, folded)
  onProgress(AT.curve)
  const curve = validation && !quick ? yield* labelLearningCurve(set, coordinates, folded, validation) : null
  onProgress(AT.head)
  const weights = yield* fitLabeledHead(set, coordinates, folded, validation)
  const known = validation && heldOutScores(set, validation)
  const thresholds = known ? chooseThresholds(known) : set.labels.map(() => DEFAULT_LABEL_THRESHOLD)
  const report = known && multiLabelReport(known, validation, thresholds)
  const rule = { thresholds: thresholds.map(sixDigits), nearThreshold: known && nearThreshold(known, thresholds) }
  onProgress(1)
  return {
    head: { ...weights, multiLabel: rule },
    penalty: validation?.penalty ?? null,
    photos: set.count,
    report,
    curve,
    needs: labelNeeds({ labels: set.labels, counts: supportOf(set), classes: report?.classes ?? [], curve }),
    doubtful: known ? doubtfulExamples(set, validation, doubtfulLabels(known)) : [],
    copies: labeledCopies(set, groups),
  }
}

/** Trains on all photos. The logistic regressions become part of the weights. */
function* fitLabeledHead(
  set: LabeledSet,
  coordinates: Coordinates,
  { statistics }: LabeledFolds,
  validation: LabeledValidation | null,
): Work<Head> {
  const all = centered(yield* sumStatistics(statistics))
  const fitted = yield* fitLeastSquares(all, validation?.penalty ?? USUAL_PENALTY)
  const { dimensions, labels } = set
  const weights = (yield* coordinates.toFeatures(fitted.weights)).subarray(0, labels.length * dimensions)
  const fitOf = (label: number) => validation?.fits[label] ?? USUAL_FIT
  const rule = likenessRule(validation?.positions ?? [], true)
  const mean = zeros(1, all.mean.length)
  mean.values.set(all.mean)
  const center = rule && (yield* coordinates.toFeatures(mean)).subarray(0, dimensions)
  return {
    labels,
    dimensions: set.embeddingDimensions,
    kinds: dimensions - set.embeddingDimensions,
    weights: Float32Array.from(weights, (value, at) => value * fitOf(Math.floor(at / dimensions)).slope),
    bias: Float32Array.from(fitted.bias, (value, label) => value * fitOf(label).slope + fitOf(label).offset),
    temperature: 1,
    likeness: rule && center && { center: Float32Array.from(center), rule },
  }
}

function doubtfulExamples(
  set: LabeledSet,
  { photos }: LabeledValidation,
  found: ReturnType<typeof doubtfulLabels>,
): DoubtfulExample[] {
  return found.map(({ photo, label, has, score }) => ({
    example: set.position[photos[photo] as number] as number,
    label: set.labels[label] as string,
    has,
    score,
  }))
}

/** The groups of copies with more than one photo; `labels` are those that only some of them have. */
function labeledCopies(set: LabeledSet, groups: Int32Array): Copies[] {
  const members = new Map<number, number[]>()
  for (const [photo, first] of groups.entries()) members.set(first, [...(members.get(first) ?? []), photo])
  const count = (photos: readonly number[], label: number) =>
    photos.filter((photo) => set.has[photo * set.labels.length + label] === 1).length
  return [...members.values()]
    .filter((photos) => photos.length > 1)
    .map((photos) => ({
      examples: photos.map((photo) => set.position[photo] as number),
      labels: set.labels.filter((_, label) => ![0, photos.length].includes(count(photos, label))),
    }))
    .sort((a, b) => Math.min(1, b.labels.length) - Math.min(1, a.labels.length))
}
