import type { LabelScores } from '../../metrics/label-metrics'
import { exactLog } from '../exact-math'

/** Share of the photos that may be in doubt. */
const IN_DOUBT = 0.1
/** No threshold is so imprecise that a score of 0.40 is close to one of 0.50. */
const MOST = 0.4

/**
 * The distance from a threshold, in log-odds, below which a label is in doubt: as large as it may be so that at most a
 * tenth of the held-out photos have such a label, but at most 0.4.
 */
export function nearThreshold({ labels, scores }: LabelScores, thresholds: readonly number[]): number {
  const nearest = new Float64Array(scores.length / labels).fill(Number.POSITIVE_INFINITY)
  for (const [at, score] of scores.entries()) {
    const photo = Math.floor(at / labels)
    const distance = Math.abs(logOdds(score) - logOdds(thresholds[at % labels] as number))
    nearest[photo] = Math.min(nearest[photo] as number, distance)
  }
  nearest.sort()
  return Math.min(MOST, nearest[Math.floor(IN_DOUBT * nearest.length)] ?? 0)
}

function logOdds(score: number): number {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, score))
  return exactLog(inside / (1 - inside))
}
