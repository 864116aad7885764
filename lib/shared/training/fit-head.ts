import type { Coordinates } from './coordinates'
import { type CrossValidation, type FoldedExamples, scatterOfFolds, USUAL_SHRINKAGE } from './cross-validate'
import { fitDiscriminant } from './discriminant'
import type { Head } from './head'
import { centerOf } from './held-out'
import { likenessRule } from './likeness'
import { zeros } from './linear-algebra/matrix'
import type { TrainingSet } from './training-set'
import type { Work } from './work'

/** Trains on all examples, with the shrinkage and temperature that cross-validation found. */
export function* fitHead(
  set: TrainingSet,
  coordinates: Coordinates,
  folded: FoldedExamples,
  validation: CrossValidation | null,
): Work<Head> {
  const scatter = yield* scatterOfFolds(folded, [...folded.folds.keys()], set.dimensions)
  const fitted = yield* fitDiscriminant(scatter, validation?.shrinkage ?? USUAL_SHRINKAGE)
  const size = set.labels.length * set.dimensions
  const weights = (yield* coordinates.toFeatures(fitted.weights)).subarray(0, size)
  const rule = likenessRule(validation?.positions ?? [])
  const center = centerOf(scatter.means, scatter.counts)
  return {
    labels: set.labels,
    dimensions: set.embeddingDimensions,
    kinds: set.dimensions - set.embeddingDimensions,
    weights: Float32Array.from(centered(weights, set.dimensions)),
    bias: Float32Array.from(centered(fitted.bias, 1)),
    temperature: validation?.temperature ?? 1,
    likeness: rule && { center: Float32Array.from(yield* oneToFeatures(coordinates, center, set.dimensions)), rule },
  }
}

function* oneToFeatures(coordinates: Coordinates, vector: Float64Array, dimensions: number): Work<Float64Array> {
  const rows = zeros(1, vector.length)
  rows.values.set(vector)
  return (yield* coordinates.toFeatures(rows)).subarray(0, dimensions)
}

/** Subtracts the mean of all rows from each: scores stay the same, and float32 keeps more digits. */
function centered(rows: Float64Array, columns: number): Float64Array {
  const count = rows.length / columns
  const mean = new Float64Array(columns)
  for (const [at, value] of rows.entries()) mean[at % columns] = (mean[at % columns] as number) + value / count
  return rows.map((value, at) => value - (mean[at % columns] as number))
}
