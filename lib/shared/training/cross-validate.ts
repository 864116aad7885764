import { type Calibration, calibrate, type KnownLogits } from './calibrate'
import type { Coordinates } from './coordinates'
import { fitDiscriminant, type Scatter, scatterOf } from './discriminant'
import { ALWAYS_TRAINED, FOLDS } from './folds'
import { centerOf, logitsOf, squaredDistances } from './held-out'
import { type Position, positionOf } from './likeness'
import { type Statistics, statisticsOf, sumStatistics } from './statistics'
import type { TrainingSet } from './training-set'
import type { Work } from './work'

/** The shrinkages that are tried, weakest first. */
const SHRINKAGES = [0.1, 0.3, 0.5, 0.7, 0.9] as const
/** Taken where nothing can be held out. */
export const USUAL_SHRINKAGE = 0.5
/**
 * The shrinkage is chosen on so many folds: on all with few examples. With many it matters less, one fold has enough
 * examples to tell, and each try takes longer.
 */
export function foldsToTry(examples: number): number {
  if (examples <= 200) return FOLDS
  return examples <= 2000 ? 2 : 1
}

/** The examples by fold; those that are always trained on come last. */
export interface FoldedExamples {
  /** Examples of each fold, without empty folds. */
  folds: readonly Int32Array[]
  statistics: readonly Statistics[]
  /** Statistics of the examples that are never held out; null without any. */
  always: Statistics | null
}

/** What models said about examples that they weren't trained on. */
export interface CrossValidation extends KnownLogits {
  shrinkage: number
  /** Of the models that were trained on the other folds. */
  calibration: Calibration
  /** For the model that is trained on all examples. */
  temperature: number
  /** The held-out examples, fold by fold. */
  examples: Int32Array
  /** The fold of each of them. */
  fold: Int32Array
  positions: readonly Position[]
}

/** Computes the statistics of each fold. */
export function* foldExamples(set: TrainingSet, coordinates: Coordinates, assigned: Int32Array): Work<FoldedExamples> {
  const examplesOf = (fold: number) => Int32Array.from([...assigned.keys()].filter((at) => assigned[at] === fold))
  const folds = Array.from({ length: FOLDS }, (_, fold) => examplesOf(fold)).filter(({ length }) => length > 0)
  const statistics: Statistics[] = []
  for (const examples of folds) {
    statistics.push(yield* statisticsOf(coordinates, set.truth, set.labels.length, examples))
  }
  const rest = examplesOf(ALWAYS_TRAINED)
  const always = rest.length > 0 ? yield* statisticsOf(coordinates, set.truth, set.labels.length, rest) : null
  return { folds, statistics, always }
}

/** The scatter of the examples of some folds, and of those that are always trained on. */
export function* scatterOfFolds(
  { statistics, always }: FoldedExamples,
  folds: readonly number[],
  dimensions: number,
): Work<Scatter> {
  const parts = folds.flatMap((fold) => statistics[fold] ?? [])
  return yield* scatterOf(yield* sumStatistics(always ? [...parts, always] : parts), dimensions)
}

/**
 * Chooses the shrinkage with the smallest calibrated log loss on held-out examples.
 *
 * @returns null where nothing can be held out: every label has only copies of one photo
 */
export function* crossValidate(
  set: TrainingSet,
  coordinates: Coordinates,
  folded: FoldedExamples,
): Work<CrossValidation | null> {
  const { folds } = folded
  if (folds.length === 0) return null
  const tried = Math.min(folds.length, foldsToTry(set.count))
  const trials: Trial[][] = []
  for (let fold = 0; fold < tried; fold++) trials.push(yield* tryFold(set, coordinates, folded, fold, SHRINKAGES))
  const best = bestShrinkage(set, folds, trials)
  const chosen = trials.map((trial) => trial[best] as Trial)
  for (let fold = tried; fold < folds.length; fold++) {
    chosen.push(...(yield* tryFold(set, coordinates, folded, fold, [SHRINKAGES[best] as number])))
  }
  const known = join(set, folds, chosen)
  const shrinkage = SHRINKAGES[best] as number
  const calibration = calibrate(thinned(known))
  const change = yield* temperatureChange(set, coordinates, folded, chosen.slice(0, tried), shrinkage)
  return {
    ...known,
    shrinkage,
    calibration,
    temperature: calibration.temperature * change,
    examples: concatenated(folds),
    fold: concatenated(folds.map((examples, fold) => new Int32Array(examples.length).fill(fold))),
    positions: chosen.flatMap((trial) => positionsOf(trial, set.labels.length)),
  }
}

/** The temperature falls at most to this share of what cross-validation found. */
const LEAST_CHANGE = 0.5

/**
 * How the temperature changes from models that lack a fold to the model of all examples. With more examples, means are
 * more precise and logits spread less, and the same temperature would give scores that are too low. So the same folds
 * are classified once more, by models that lack another fold, and the temperature is extrapolated, linearly in
 * 1 / examples.
 *
 * @param trials of the first folds, with this shrinkage
 */
function* temperatureChange(
  set: TrainingSet,
  coordinates: Coordinates,
  folded: FoldedExamples,
  trials: readonly Trial[],
  shrinkage: number,
): Work<number> {
  const { length } = folded.folds
  if (length < 3) return 1
  const smaller: Trial[] = []
  for (const fold of trials.keys()) {
    smaller.push(...(yield* tryFold(set, coordinates, folded, fold, [shrinkage], (fold + 1) % length)))
  }
  const tested = folded.folds.slice(0, trials.length)
  const [usual, less] = [join(set, tested, trials), join(set, tested, smaller)]
  // A label whose other photos are all in the fold that was left out isn't known anymore.
  const own = (row: number) => less.logits[row * less.labels + (less.truth[row] as number)]
  const rows = Int32Array.from(less.truth.keys()).filter((row) => own(row) !== Number.NEGATIVE_INFINITY)
  if (rows.length === 0) return 1
  const temperature = (known: KnownLogits) => calibrate(thinned(picked(known, rows))).temperature
  const change = 1 - ((length - 2) / length) * (temperature(less) / temperature(usual) - 1)
  return Math.min(1, Math.max(LEAST_CHANGE, change))
}

interface Trial {
  logits: Float32Array
  /** Squared distances of the examples from the center of the labels. */
  distances: Float64Array
}

function* tryFold(
  set: TrainingSet,
  coordinates: Coordinates,
  folded: FoldedExamples,
  fold: number,
  shrinkages: readonly number[],
  /** Another fold to leave out. */
  without?: number,
): Work<Trial[]> {
  const others = [...folded.folds.keys()].filter((other) => other !== fold && other !== without)
  const examples = folded.folds[fold] as Int32Array
  const scatter = yield* scatterOfFolds(folded, others, set.dimensions)
  const distances = squaredDistances(coordinates, centerOf(scatter.means, scatter.counts), examples)
  const trials: Trial[] = []
  for (const shrinkage of shrinkages) {
    const fitted = yield* fitDiscriminant(scatter, shrinkage)
    trials.push({ logits: yield* logitsOf(coordinates, fitted, examples), distances })
  }
  return trials
}

function positionsOf({ logits, distances }: Trial, labels: number): Position[] {
  return Array.from(distances, (distance, at) => positionOf(logits.subarray(at * labels, (at + 1) * labels), distance))
}

function bestShrinkage(set: TrainingSet, folds: readonly Int32Array[], trials: readonly Trial[][]): number {
  const losses = SHRINKAGES.map((_, index) => {
    const chosen = trials.map((trial) => trial[index] as Trial)
    return calibrate(thinned(join(set, folds.slice(0, trials.length), chosen))).logLoss
  })
  return losses.indexOf(Math.min(...losses))
}

function join(set: TrainingSet, folds: readonly Int32Array[], trials: readonly Trial[]): KnownLogits {
  const logits = new Float32Array(trials.reduce((sum, trial) => sum + trial.logits.length, 0))
  let at = 0
  for (const trial of trials) {
    logits.set(trial.logits, at)
    at += trial.logits.length
  }
  return {
    labels: set.labels.length,
    logits,
    truth: concatenated(folds).map((example) => set.truth[example] as number),
  }
}

/** Enough examples for a temperature. */
const ENOUGH = 4000

/** Evenly spaced examples, at most twice as many as are enough. */
function thinned(known: KnownLogits): KnownLogits {
  const step = Math.max(1, Math.floor(known.truth.length / ENOUGH))
  if (step === 1) return known
  const kept = Int32Array.from({ length: Math.ceil(known.truth.length / step) }, (_, index) => index * step)
  return picked(known, kept)
}

function picked({ labels, logits: all, truth }: KnownLogits, rows: Int32Array): KnownLogits {
  const logits = new Float32Array(rows.length * labels)
  for (const [to, from] of rows.entries()) logits.set(all.subarray(from * labels, (from + 1) * labels), to * labels)
  return { labels, logits, truth: rows.map((from) => truth[from] as number) }
}

/** The parts, one after the other. */
export function concatenated(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part]))
}
