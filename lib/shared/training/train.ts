import { coordinatesOf } from './coordinates'
import { crossValidate, foldExamples } from './cross-validate'
import type { Example } from './example'
import { fitHead } from './fit-head'
import { assignFolds } from './folds'
import type { Head } from './head'
import { heldOutResults } from './held-out-results'
import { type LearningCurve, learningCurve } from './learning-curve'
import { type Mistake, mistakesOf } from './mistakes'
import { groupCopies } from './near-copies'
import { type TrainingReport, trainingReport } from './report'
import { requireExamples } from './require-examples'
import { type LabelNeed, labelNeeds } from './suggestions'
import { type Copies, copiesOf, type SuspiciousExample, suspiciousExamples } from './suspicious'
import { type TrainingSet, trainingSet } from './training-set'
import { runWork, type Work, type WorkOptions } from './work'

export interface TrainingOptions {
  /** The labels that the model should have; each needs a photo. By default those of the examples. */
  labels?: readonly string[] | undefined
  /** Leaves the learning curve out, which takes a third of the time: for a page that trains on every photo. */
  quick?: boolean | undefined
}

export interface TrainingProgress extends WorkOptions {
  /** Called with the share that is done, from 0 to 1, before each stage. */
  onProgress?: ((done: number) => void) | undefined
}

export interface Training {
  head: Head
  /** Strength of the regularization that cross-validation chose. */
  shrinkage: number | null
  /** Null if no photo could be held out: every label has only copies of one. */
  report: TrainingReport | null
  /** Null in quick training, or with too few photos. */
  curve: LearningCurve | null
  /** Labels, with the one first that needs photos most. */
  needs: readonly LabelNeed[]
  /** What cross-validation got wrong. */
  mistakes: readonly Mistake[]
  suspicious: readonly SuspiciousExample[]
  copies: readonly Copies[]
}

/** Rough shares of the time, for progress. */
const AT = { copies: 0.05, coordinates: 0.1, folds: 0.2, validation: 0.35, curve: 0.8, head: 0.95 }

/**
 * Trains a linear classifier on embeddings and measures it by cross-validation. The same examples give the same bytes,
 * in whatever order they come and on whatever machine, if its square root is exact.
 *
 * @throws Problem `invalid_parameter` or `too_many_files` for examples that can't be trained on; the signal's reason
 * @example const { head, report } = await train(examples, {}, { signal, onProgress: setShare })
 */
export async function train(
  examples: readonly Example[],
  options: TrainingOptions = {},
  { onProgress, ...progress }: TrainingProgress = {},
): Promise<Training> {
  requireExamples(examples, options.labels)
  progress.signal?.throwIfAborted()
  return runWork(trainInSteps(trainingSet(examples), options.quick ?? false, onProgress ?? (() => {})), progress)
}

function* trainInSteps(set: TrainingSet, quick: boolean, onProgress: (done: number) => void): Work<Training> {
  onProgress(AT.copies)
  const groups = yield* groupCopies(set)
  onProgress(AT.coordinates)
  const coordinates = yield* coordinatesOf(set)
  onProgress(AT.folds)
  const folded = yield* foldExamples(set, coordinates, assignFolds(set, groups))
  onProgress(AT.validation)
  const validation = yield* crossValidate(set, coordinates, folded)
  const results = validation ? heldOutResults(validation) : []
  onProgress(AT.curve)
  const wanted = validation !== null && !quick
  const curve = wanted ? yield* learningCurve(set, coordinates, folded, validation.shrinkage, results) : null
  onProgress(AT.head)
  const head = yield* fitHead(set, coordinates, folded, validation)
  const report = trainingReport(results)
  onProgress(1)
  return {
    head,
    shrinkage: validation?.shrinkage ?? null,
    report,
    curve,
    needs: labelNeeds({ labels: set.labels, counts: countsOf(set), classes: report?.classes ?? [], curve }),
    mistakes: mistakesOf(set, results),
    suspicious: suspiciousExamples(set, results),
    copies: copiesOf(set, groups),
  }
}

/** Photos of each label [labels]. */
function countsOf({ labels, truth }: TrainingSet): Int32Array {
  const counts = new Int32Array(labels.length)
  for (const label of truth) counts[label] = (counts[label] as number) + 1
  return counts
}
