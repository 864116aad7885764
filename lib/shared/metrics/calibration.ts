import { randomNumbers } from './random'

/** One answer: the score of its best label, from 0 to 1, and whether that label is right. */
export interface Scored {
  score: number
  right: boolean
}

/** Answers of similar score together. */
export interface Bin {
  count: number
  /** Mean score. */
  confidence: number
  /** Share of right answers. */
  accuracy: number
}

/** Answers by score, in so many groups of the same number (give or take one). */
export function equalMassBins(answers: readonly Scored[], bins: number): Bin[] {
  const sorted = [...answers].sort((a, b) => a.score - b.score)
  const edges = Array.from({ length: bins + 1 }, (_, i) => Math.round((i * sorted.length) / bins))
  return summarise(edges.slice(1).map((end, i) => sorted.slice(edges[i], end)))
}

/** Answers by score, in so many steps of the same width; empty ones are left out. */
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
 * Expected calibration error: the mean distance between confidence and accuracy of the bins, weighted by their size.
 * Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
 */
export function expectedCalibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0)
}

/** Bins of the headline figure: few, so that each holds enough photos to mean something. */
export const ECE_BINS = 5
/** Bins of the literature. With a few hundred photos even a perfectly calibrated model shows 3 % there. */
export const ECE_BINS_WIDE = 15

/** Points of a reliability diagram. */
const RELIABILITY_BINS = 10

/** Confidence against accuracy, in groups of the same number of photos. */
export function reliability(answers: readonly Scored[]): Bin[] {
  return equalMassBins(answers, Math.min(RELIABILITY_BINS, answers.length || 1))
}

/** Expected calibration error in equal-mass bins. */
export function ece(answers: readonly Scored[], bins = ECE_BINS): number {
  return answers.length === 0 ? 0 : expectedCalibrationError(equalMassBins(answers, bins))
}

export type Interval = [low: number, high: number]

/** 95 % interval of a statistic over answers, by drawing them anew with replacement. */
export function bootstrap<T>(items: readonly T[], statistic: (items: readonly T[]) => number, draws = 500): Interval {
  const random = randomNumbers(1)
  const values = Array.from({ length: draws }, () =>
    statistic(items.map(() => items[Math.floor(random() * items.length)] as T)),
  ).sort((a, b) => a - b)
  return [values[Math.floor(0.025 * draws)] ?? Number.NaN, values[Math.floor(0.975 * draws)] ?? Number.NaN]
}

/**
 * 95 % of the expected calibration errors that a perfectly calibrated model would show with these scores and as many photos:
 * chance alone makes it differ from zero.
 */
export function perfectBand(answers: readonly Scored[], draws = 500): Interval {
  const random = randomNumbers(2)
  const values = Array.from({ length: draws }, () =>
    ece(answers.map(({ score }) => ({ score, right: random() < score }))),
  ).sort((a, b) => a - b)
  return [values[Math.floor(0.025 * draws)] ?? Number.NaN, values[Math.floor(0.975 * draws)] ?? Number.NaN]
}
