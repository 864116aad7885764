import { exactExp, exactLog } from './exact-math'

/** Logits of examples whose label is known. */
export interface KnownLogits {
  /** Number of labels. */
  labels: number
  /** [examples × labels], row by row. */
  logits: Float32Array
  /** Index of each example's label [examples]. */
  truth: Int32Array
}

export interface Calibration {
  temperature: number
  /** Mean negative logarithm of the true label's score at this temperature. */
  logLoss: number
}

const LARGEST_INVERSE = 1e6
const STEPS = 60
const PRECISION = 1e-6

/**
 * The temperature with the smallest log loss, in which every label counts the same. With few examples, all of which may be right, the best one would be zero
 * and every score 100 %: so each example counts for another label as well, by 1 / (examples + 2) (Platt's correction).
 */
export function calibrate(known: KnownLogits): Calibration {
  if (known.truth.length === 0) return { temperature: 1, logLoss: Number.NaN }
  const weights = labelWeights(known)
  // The loss is convex in 1 / temperature, so its slope has one zero: bisection in between.
  let [low, high] = [0, LARGEST_INVERSE]
  for (let step = 0; step < STEPS && high - low > PRECISION * high; step++) {
    const middle = low === 0 && high > 1e-6 ? high / 4 : (low + high) / 2
    if (lossAndSlope(known, weights, middle).slope > 0) high = middle
    else low = middle
  }
  const inverse = (low + high) / 2
  return { temperature: 1 / inverse, logLoss: lossAndSlope(known, weights, inverse).loss }
}

/** The weight of an example of each label; those of all examples sum to 1. */
function labelWeights({ labels, truth }: KnownLogits): Float64Array {
  const counts = new Float64Array(labels)
  for (const label of truth) counts[label] = (counts[label] as number) + 1
  const present = counts.filter((count) => count > 0).length
  return counts.map((count) => (count > 0 ? 1 / (count * present) : 0))
}

function lossAndSlope(
  { labels, logits, truth }: KnownLogits,
  weights: Float64Array,
  inverse: number,
): { loss: number; slope: number } {
  const smoothing = 1 / (truth.length + 2)
  let [loss, slope] = [0, 0]
  for (const [example, label] of truth.entries()) {
    const row = logits.subarray(example * labels, (example + 1) * labels)
    let [largest, mean, present] = [Number.NEGATIVE_INFINITY, 0, 0]
    for (const value of row) {
      if (value === Number.NEGATIVE_INFINITY) continue
      largest = Math.max(largest, value)
      mean += value
      present++
    }
    let [sum, weighted] = [0, 0]
    for (const value of row) {
      if (value === Number.NEGATIVE_INFINITY) continue
      const weight = exactExp((value - largest) * inverse)
      sum += weight
      weighted += weight * value
    }
    const target = (1 - smoothing) * (row[label] as number) + smoothing * (mean / present)
    loss += (weights[label] as number) * (exactLog(sum) + (largest - target) * inverse)
    slope += (weights[label] as number) * (weighted / sum - target)
  }
  return { loss, slope }
}
