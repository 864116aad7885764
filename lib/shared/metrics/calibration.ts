import { randomNumbers } from './random'

/** One result: the score of its best label, from 0 to 1, and whether that label is right. */
export interface Scored {
  score: number
  right: boolean
}

/** Results with similar scores. */
export interface Bin {
  count: number
  /** Mean score. */
  confidence: number
  /** Share of right results. */
  accuracy: number
}

/** Groups results by score into bins of equal size (plus or minus one). */
export function equalMassBins(answers: readonly Scored[], bins: number): Bin[] {
  const sorted = [...answers].sort((a, b) => a.score - b.score)
  const edges = Array.from({ length: bins + 1 }, (_, i) => Math.round((i * sorted.length) / bins))
  return summarise(edges.slice(1).map((end, i) => sorted.slice(edges[i], end)))
}

/** Groups results by score into bins of equal width, without empty ones. */
export function equalWidthBins(answers: readonly Scored[], bins: number): Bin[] {
  const groups = Array.from({ length: bins }, (): Scored[] => [])
  for (const answer of answers) groups[Math.min(bins - 1, Math.floor(answer.score * bins))]?.push(answer)
  return summarise(groups)
}

function summarise(groups: readonly (readonly Scored[])[]): Bin[] {
  return groups
    .filter((group) => group.length > 0)
    .map((group) => ({
      count: group.length,
      confidence: group.reduce((sum, { score }) => sum + score, 0) / group.length,
      accuracy: group.reduce((sum, { right }) => sum + Number(right), 0) / group.length,
    }))
}

/**
 * Expected calibration error: the mean difference between confidence and accuracy of the bins, weighted by size.
 * Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
 */
export function expectedCalibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0)
}

/** Bins for the headline value: few, so that each has enough photos to be meaningful. */
export const ECE_BINS = 5
/** Bins used in the literature. With a few hundred photos, even a perfectly calibrated model shows 3 %. */
export const ECE_BINS_WIDE = 15

/** Points in a reliability diagram. */
const RELIABILITY_BINS = 10

/** Confidence versus accuracy in bins of equal size. */
export function reliability(answers: readonly Scored[]): Bin[] {
  return equalMassBins(answers, Math.min(RELIABILITY_BINS, answers.length || 1))
}

/** Expected calibration error in equal-mass bins. */
export function ece(answers: readonly Scored[], bins = ECE_BINS): number {
  return answers.length === 0 ? 0 : expectedCalibrationError(equalMassBins(answers, bins))
}

export type Interval = [low: number, high: number]

/** The 95 % bootstrap interval of a statistic: resampling with replacement. */
export function bootstrap<T>(items: readonly T[], statistic: (items: readonly T[]) => number, draws = 500): Interval {
  const random = randomNumbers(1)
  const values = Array.from({ length: draws }, () =>
    statistic(items.map(() => items[Math.floor(random() * items.length)] as T)),
  ).sort((a, b) => a - b)
  return [values[Math.floor(0.025 * draws)] ?? Number.NaN, values[Math.floor(0.975 * draws)] ?? Number.NaN]
}

/**
 * The 95 % interval of the expected calibration error of a perfectly calibrated model with these scores and as many
 * photos: by chance alone it isn't zero.
 */
export function perfectBand(answers: readonly Scored[], draws = 500): Interval {
  const random = randomNumbers(2)
  const values = Array.from({ length: draws }, () =>
    ece(answers.map(({ score }) => ({ score, right: random() < score }))),
  ).sort((a, b) => a - b)
  return [values[Math.floor(0.025 * draws)] ?? Number.NaN, values[Math.floor(0.975 * draws)] ?? Number.NaN]
}
