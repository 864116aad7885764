/** A result whose true label is known. */
export interface ScoredResult {
  score: number
  right: boolean
}

/** The photos whose score is at least `least`: their share of all photos, and the share of them that is right. */
export interface CoveragePoint {
  least: number
  coverage: number
  accuracy: number
}

/** More points look the same. */
const MAX_POINTS = 200

/** Accuracy by the share of photos that are kept as the least score rises, from few photos to all. */
export function coverageCurve(results: readonly ScoredResult[]): CoveragePoint[] {
  const sorted = [...results].sort((a, b) => b.score - a.score)
  const points: CoveragePoint[] = []
  let right = 0
  for (const [index, result] of sorted.entries()) {
    if (result.right) right++
    const kept = index + 1
    // Photos with the same score are kept together.
    if (sorted[kept]?.score === result.score) continue
    points.push({ least: result.score, coverage: kept / sorted.length, accuracy: right / kept })
  }
  const step = Math.ceil(points.length / MAX_POINTS)
  return points.filter((_, index) => (points.length - 1 - index) % step === 0)
}

/** The results at or above a score, those below it, and how many of each are right. */
export interface Split {
  kept: number
  keptRight: number
  below: number
  belowRight: number
}

export function splitAt(results: readonly ScoredResult[], least: number): Split {
  const split = { kept: 0, keptRight: 0, below: 0, belowRight: 0 }
  for (const { score, right } of results) {
    const side = score >= least ? 'kept' : 'below'
    split[side]++
    if (right) split[`${side}Right`]++
  }
  return split
}
