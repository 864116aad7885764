import { type Coordinates, transposed } from '../coordinates'
import type { Discriminant } from '../discriminant'
import { cholesky } from '../linear-algebra/cholesky'
import { type Matrix, zeros } from '../linear-algebra/matrix'
import { addGram } from '../linear-algebra/products'
import { solve } from '../linear-algebra/solve'
import { addToSums, type Statistics } from '../statistics'
import type { Work } from '../work'
import type { LabeledSet } from './photo-set'

/** Photos that are multiplied at a time. */
const BATCH = 256

/**
 * The statistics of some photos. A photo counts for each of its labels; the last row and the last count are those of all
 * photos.
 *
 * @param photos in canonical order: the order decides the last bits
 */
export function* labeledStatistics(set: LabeledSet, coordinates: Coordinates, photos: Int32Array): Work<Statistics> {
  const { columns } = coordinates
  const all = set.labels.length
  const statistics = { gram: zeros(columns, columns), sums: zeros(all + 1, columns), counts: new Float64Array(all + 1) }
  for (let from = 0; from < photos.length; from += BATCH) {
    const batch = photos.subarray(from, from + BATCH)
    const rows = coordinates.rows(batch)
    for (const [at, photo] of batch.entries()) {
      addToSums(statistics, rows, at, all)
      for (let label = 0; label < all; label++) if (set.has[photo * all + label]) addToSums(statistics, rows, at, label)
    }
    yield* addGram(statistics.gram, transposed(rows))
  }
  return statistics
}

/** Photos as they vary around their mean. */
export interface Centered {
  /** Σ (x − m)(x − m)ᵀ, the lower triangle [columns × columns]. */
  gram: Matrix
  /** Σ (x − m) over the photos of each label [labels × columns]. */
  sums: Matrix
  /** m [columns] */
  mean: Float64Array
  /** Share of the photos that have each label [labels]. */
  shares: Float64Array
}

/** Replaces `statistics`, whose values are overwritten. */
export function centered({ gram, sums, counts }: Statistics): Centered {
  const labels = counts.length - 1
  const { columns, values } = sums
  const total = counts[labels] as number
  const mean = values.slice(labels * columns, (labels + 1) * columns).map((value) => value / Math.max(1, total))
  const own = zeros(labels, columns)
  for (let label = 0; label < labels; label++) {
    for (let i = 0; i < columns; i++) {
      const at = label * columns + i
      own.values[at] = (values[at] as number) - (counts[label] as number) * (mean[i] as number)
    }
  }
  for (let i = 0; i < columns; i++) {
    const factor = total * (mean[i] as number)
    for (let j = 0; j <= i; j++) {
      gram.values[i * gram.columns + j] = (gram.values[i * gram.columns + j] as number) - factor * (mean[j] as number)
    }
  }
  const shares = Float64Array.from({ length: labels }, (_, label) => (counts[label] as number) / Math.max(1, total))
  return { gram, sums: own, mean, shares }
}

/**
 * For each label, the linear function with the smallest squared error from 1 for photos that have it and 0 for others,
 * plus the penalty times the squared length of its weights; the intercept isn't penalized. One factorization serves all
 * labels: scikit-learn's `Ridge(alpha=penalty)`. Source: Hoerl and Kennard, Ridge Regression, 1970.
 */
export function* fitLeastSquares({ gram, sums, mean, shares }: Centered, penalty: number): Work<Discriminant> {
  const factor = { ...gram, values: gram.values.slice() }
  for (let i = 0; i < factor.values.length; i += factor.columns + 1) {
    factor.values[i] = (factor.values[i] as number) + penalty
  }
  yield* cholesky(factor)
  const weights = { ...sums, values: sums.values.slice() }
  yield* solve(factor, weights)
  const bias = shares.map((share, label) => {
    let product = 0
    for (let i = 0; i < mean.length; i++)
      product += (weights.values[label * weights.columns + i] as number) * (mean[i] as number)
    return share - product
  })
  return { weights, bias }
}
