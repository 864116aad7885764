import { exactExp, exactLog } from '../exact-math'

/** The score of a label is 1 / (1 + exp(−(slope × value + offset))). */
export interface SigmoidFit {
  slope: number
  offset: number
}

/** Where nothing could be measured: the values of least squares are 0 without the label and 1 with it. */
export const USUAL_FIT: SigmoidFit = { slope: 8, offset: -4 }

const STEPS = 100
const SMALL = 1e-9
/** A label whose values say nothing keeps its share as the score of all photos; a negative slope would turn it around. */
const LEAST_SLOPE = 1e-3

/**
 * Logistic regression of whether photos have a label on a single value of theirs, by Newton's method with a line search.
 * With few photos, all of which may be told apart, the best slope would be infinite: the targets are (n₊ + 1) / (n₊ + 2)
 * and 1 / (n₋ + 2). Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999, as corrected by Lin, Lin and
 * Weng, A Note on Platt's Probabilistic Outputs for Support Vector Machines, 2007.
 *
 * @param values of photos that the values' model didn't learn from [photos]
 * @param has 1 where the photo has the label [photos]
 */
export function fitSigmoid(values: ArrayLike<number>, has: ArrayLike<number>): SigmoidFit {
  const targets = smoothedTargets(has)
  let fit = { slope: 0, offset: initialOffset(has) }
  let { loss, gradient, curvature } = lossAt(values, targets, fit)
  for (let step = 0; step < STEPS; step++) {
    if (Math.abs(gradient[0]) + Math.abs(gradient[1]) < SMALL * targets.length) break
    const [slope, offset] = newtonStep(gradient, curvature)
    let [length, next] = [1, fit]
    for (; length > SMALL; length /= 2) {
      next = { slope: fit.slope - length * slope, offset: fit.offset - length * offset }
      const found = lossAt(values, targets, next)
      if (found.loss > loss - 1e-4 * length * (slope * gradient[0] + offset * gradient[1])) continue
      ;({ loss, gradient, curvature } = found)
      break
    }
    if (length <= SMALL) break
    fit = next
  }
  return fit.slope < LEAST_SLOPE ? { slope: LEAST_SLOPE, offset: initialOffset(has) } : fit
}

/** The score of a value. */
export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + exactExp(-logit)) : exactExp(logit) / (1 + exactExp(logit))
}

/** The logarithm of the score of what is true: of the label if `isTrue`, or else of its absence. */
export function logScore(logit: number, isTrue: boolean): number {
  const signed = isTrue ? logit : -logit
  return signed >= 0 ? -exactLog(1 + exactExp(-signed)) : signed - exactLog(1 + exactExp(signed))
}

function counts(has: ArrayLike<number>): [without: number, having: number] {
  let having = 0
  for (let at = 0; at < has.length; at++) having += has[at] as number
  return [has.length - having, having]
}

function smoothedTargets(has: ArrayLike<number>): Float64Array {
  const [without, having] = counts(has)
  const targets = [1 / (without + 2), (having + 1) / (having + 2)]
  return Float64Array.from(has, (value) => targets[value] as number)
}

function initialOffset(has: ArrayLike<number>): number {
  const [without, having] = counts(has)
  return exactLog((having + 1) / (without + 1))
}

function lossAt(values: ArrayLike<number>, targets: Float64Array, { slope, offset }: SigmoidFit) {
  let loss = 0
  const gradient: [number, number] = [0, 0]
  // A little curvature, so that the step exists where all values are the same.
  const curvature: [number, number, number] = [1e-12, 0, 1e-12]
  for (let at = 0; at < targets.length; at++) {
    const [value, target] = [values[at] as number, targets[at] as number]
    const logit = slope * value + offset
    const score = sigmoid(logit)
    loss -= target * logScore(logit, true) + (1 - target) * logScore(logit, false)
    const [error, weight] = [score - target, score * (1 - score)]
    gradient[0] += error * value
    gradient[1] += error
    curvature[0] += weight * value * value
    curvature[1] += weight * value
    curvature[2] += weight
  }
  return { loss, gradient, curvature }
}

/** The inverse of the symmetric 2 × 2 curvature times the gradient. */
function newtonStep([a, b]: readonly [number, number], [p, q, r]: readonly [number, number, number]): [number, number] {
  const determinant = p * r - q * q
  return [(r * a - q * b) / determinant, (p * b - q * a) / determinant]
}
