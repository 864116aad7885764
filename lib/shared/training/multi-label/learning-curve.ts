import { averagePrecision } from '../../metrics/label-metrics'
import type { Coordinates } from '../coordinates'
import { concatenated } from '../cross-validate'
import { logitsOf } from '../held-out'
import { type CurvePoint, type LearningCurve, powerLaw, rotations } from '../learning-curve'
import { sumStatistics } from '../statistics'
import type { Work } from '../work'
import { joined, type LabeledFolds, type LabeledValidation } from './cross-validate'
import { centered, fitLeastSquares } from './least-squares'
import type { LabeledSet } from './photo-set'

/** Photos that were held out, and what models said about them. */
interface Tested {
  photos: Int32Array
  /** [photos × labels], row by row. */
  values: Float32Array
}

/**
 * As `learningCurve`, where photos may have several labels: the accuracy is the mean average precision. The last point is
 * cross-validation itself.
 *
 * @returns null with fewer than three folds
 */
export function* labelLearningCurve(
  set: LabeledSet,
  coordinates: Coordinates,
  folded: LabeledFolds,
  validation: LabeledValidation,
): Work<LearningCurve | null> {
  const count = folded.folds.length
  if (count < 3) return null
  const points: CurvePoint[] = []
  for (let size = 1; size < count - 1; size++) {
    points.push(yield* pointOf(set, coordinates, folded, validation.penalty, size))
  }
  points.push(yield* lastPoint(set, folded, validation))
  return { points, ...powerLaw(points, set.count) }
}

function* pointOf(
  set: LabeledSet,
  coordinates: Coordinates,
  { folds, statistics }: LabeledFolds,
  penalty: number,
  size: number,
): Work<CurvePoint> {
  const tested: Tested[] = []
  let trained = 0
  const times = rotations(set.count, folds.length)
  for (let first = 0; first < times; first++) {
    const used = statistics.filter((_, at) => (at - first + folds.length) % folds.length < size)
    const photos = folds[(first + size) % folds.length] as Int32Array
    const together = yield* sumStatistics(used)
    trained += labelsIn(together.counts)
    const fitted = yield* fitLeastSquares(centered(together), penalty)
    tested.push({ photos, values: yield* logitsOf(coordinates, fitted, photos) })
  }
  return { photos: trained / times / set.labels.length, accuracy: yield* meanAveragePrecision(set, tested) }
}

/** Of as many folds as the other points: average precision depends on their size. */
function* lastPoint(
  set: LabeledSet,
  { folds, statistics }: LabeledFolds,
  { logits }: LabeledValidation,
): Work<CurvePoint> {
  const tested: Tested[] = []
  let from = 0
  for (const photos of folds.slice(0, rotations(set.count, folds.length))) {
    const to = from + photos.length * set.labels.length
    tested.push({ photos, values: logits.subarray(from, to) })
    from = to
  }
  const all = statistics.reduce((labels, { counts }) => labels + labelsIn(counts), 0)
  return {
    photos: (all * (1 - 1 / folds.length)) / set.labels.length,
    accuracy: yield* meanAveragePrecision(set, tested),
  }
}

/** @param counts photos of each label, and of all */
function labelsIn(counts: Float64Array): number {
  return counts.subarray(0, -1).reduce((sum, one) => sum + one, 0)
}

/** Over the labels that some of the photos have. */
function* meanAveragePrecision(set: LabeledSet, tested: readonly Tested[]): Work<number> {
  const labels = set.labels.length
  const photos = concatenated(tested.map((one) => one.photos))
  const values = joined(tested.map((one) => one.values))
  let [total, count] = [0, 0]
  for (let label = 0; label < labels; label++) {
    const scores = Float64Array.from(photos, (_photo, at) => values[at * labels + label] as number)
    const truth = Uint8Array.from(photos, (photo) => set.has[photo * labels + label] as number)
    const precision = averagePrecision(scores, truth)
    if (precision === null) continue
    total += precision
    count++
    yield
  }
  return count > 0 ? total / count : 0
}
