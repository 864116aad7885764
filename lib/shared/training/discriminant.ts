import { cholesky } from './linear-algebra/cholesky'
import { type Matrix, zeros } from './linear-algebra/matrix'
import { solve, solveLower } from './linear-algebra/solve'
import type { Statistics } from './statistics'
import type { Work } from './work'

/** Means of the labels, and how their examples vary around them. */
export interface Scatter {
  /** Mean of each label [labels × columns]; zeros for a label without examples. */
  means: Matrix
  /** Covariance within labels, the lower triangle [columns × columns]. */
  covariance: Matrix
  /** Mean of the covariance's diagonal over the dimensions of the features. */
  variance: number
  counts: Float64Array
}

/** A linear classifier: the logit of a label is weights · x + bias. */
export interface Discriminant {
  /** [labels × columns]; rows beyond the labels are zero. */
  weights: Matrix
  /** [labels]; −Infinity for a label without examples. */
  bias: Float64Array
}

/** Replaces `statistics`, whose values are overwritten. */
export function* scatterOf(statistics: Statistics, dimensions: number): Work<Scatter> {
  const { gram: covariance, sums: means, counts } = statistics
  const { columns } = means
  let total = 0
  for (const [label, count] of counts.entries()) {
    if (count === 0) continue
    total += count
    const mean = means.values.subarray(label * columns, (label + 1) * columns)
    for (let i = 0; i < columns; i++) mean[i] = (mean[i] as number) / count
    subtractOuter(covariance, mean, count)
    yield
  }
  let diagonal = 0
  for (let i = 0; i < covariance.values.length; i++) covariance.values[i] = (covariance.values[i] as number) / total
  for (let i = 0; i < columns; i++) diagonal += covariance.values[i * columns + i] as number
  return { means, covariance, variance: diagonal / dimensions, counts }
}

/** Subtracts count × mean × meanᵀ from the lower triangle. */
function subtractOuter({ values, columns }: Matrix, mean: Float64Array, count: number): void {
  for (let i = 0; i < columns; i++) {
    const factor = count * (mean[i] as number)
    if (factor === 0) continue
    const at = i * columns
    for (let j = 0; j <= i; j++) values[at + j] = (values[at + j] as number) - factor * (mean[j] as number)
  }
}

/** A variance below this is rounding: all examples of each label are the same photo. */
const NO_VARIANCE = 1e-12

/**
 * Linear discriminant analysis with a shrunken covariance and equal priors. With Σ = (1 − s) × covariance / variance + s
 * × I and a label's mean μ, its weights are Σ⁻¹μ and its bias −½ μᵀΣ⁻¹μ: scikit-learn's
 * `LinearDiscriminantAnalysis(solver="lsqr", shrinkage=s)` times the variance. Source: Friedman, Regularized Discriminant
 * Analysis, 1989.
 *
 * Then the bias is corrected: the mean of a few examples is longer than that of many by chance, which would put labels
 * with few examples at a disadvantage. With as many examples of each label, this changes nothing.
 *
 * @param shrinkage s, above 0 and at most 1
 */
export function* fitDiscriminant(scatter: Scatter, shrinkage: number): Work<Discriminant> {
  const { means, counts } = scatter
  const factor = shrunken(scatter, shrinkage)
  yield* cholesky(factor)
  const weights = zeros(counts.length, means.columns)
  weights.values.set(means.values)
  yield* solve(factor, weights)
  const excess =
    scatter.variance < NO_VARIANCE ? 0 : scatter.variance * (yield* excessLength(factor, shrinkage, counts))
  const bias = Float64Array.from(counts, (count, label) =>
    count === 0 ? Number.NEGATIVE_INFINITY : 0.5 * (excess / count - dot(weights, means, label)),
  )
  return { weights, bias }
}

function shrunken({ covariance, variance }: Scatter, shrinkage: number): Matrix {
  const scale = variance < NO_VARIANCE ? 0 : (1 - shrinkage) / variance
  const values = covariance.values.map((value) => value * scale)
  for (let i = 0; i < values.length; i += covariance.columns + 1) values[i] = (values[i] as number) + shrinkage
  return { ...covariance, values }
}

const PROBES = 12
/** Leave-one-out corrections explode where each example explains itself. */
const MOST_EXPLAINED = 0.9

/**
 * The mean of rᵀΣ⁻¹r / variance over residuals r that Σ doesn't know: what a label's mean of n examples is too long by, times n. By
 * Hutchinson's estimate of the trace with fixed signs, and Sherman and Morrison's formula for leaving one example out.
 */
function* excessLength(factor: Matrix, shrinkage: number, counts: Scatter['counts']): Work<number> {
  const probes = zeros(PROBES, factor.columns)
  let state = 1
  for (let i = 0; i < probes.values.length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223
    probes.values[i] = state < 0 ? -1 : 1
  }
  // For signs z, the mean of zᵀΣ⁻¹z = |L⁻¹z|² is the trace of Σ⁻¹.
  yield* solveLower(factor, probes)
  let inverse = 0
  for (let probe = 0; probe < PROBES; probe++) inverse += dot(probes, probes, probe) / PROBES
  const known = (factor.columns - shrinkage * inverse) / (1 - shrinkage)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return known / (1 - Math.min(MOST_EXPLAINED, ((1 - shrinkage) * known) / total))
}

function dot(a: Matrix, b: Matrix, row: number): number {
  let sum = 0
  const at = row * a.columns
  for (let i = 0; i < a.columns; i++) sum += (a.values[at + i] as number) * (b.values[at + i] as number)
  return sum
}
