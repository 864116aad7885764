/**
 * How a photo lies relative to the examples: whether it is such a photo at all, and whether it is like one label more
 * than like the others.
 */
export interface Position {
  /** The highest logit above the mean of all logits, by the distance from the center of the labels. */
  separation: number
  /** Distance of the features from the mean of the labels' means. */
  distance: number
}

/** Photos at the center itself. */
const LEAST_DISTANCE = 1e-6

/**
 * @param logits [labels]; −Infinity for labels without examples
 * @param squaredDistance from the center of the labels
 */
export function positionOf(logits: Float32Array, squaredDistance: number): Position {
  let [highest, sum, count] = [Number.NEGATIVE_INFINITY, 0, 0]
  for (const logit of logits) {
    if (logit === Number.NEGATIVE_INFINITY) continue
    highest = Math.max(highest, logit)
    sum += logit
    count++
  }
  const distance = Math.sqrt(Math.max(0, squaredDistance))
  return { separation: (highest - sum / count) / Math.max(distance, LEAST_DISTANCE), distance }
}

/** What positions are usual for photos of the known labels, measured on photos that weren't trained on. */
export interface LikenessRule {
  /** Null where photos may have none of the labels: only the distance counts. */
  separation: Usual | null
  distance: Usual
  /** A likeness below this is unlike the examples. */
  below: number
}

interface Usual {
  mean: number
  deviation: number
}

/** Share of the photos of known labels that may be called unlike the examples. */
const TOLERATED = 0.05
/** From this many deviations above the usual, the distance counts too. */
const UNUSUAL = 2
/** With all examples alike, the smallest difference would be many deviations: relative to the mean. */
const LEAST_DEVIATION = 0.02

/**
 * How much a photo is like the examples: its separation in standard deviations from what is usual, less where it is
 * unusually far away. The separation alone tells new kinds of things from known ones best; photos of another world
 * altogether only the distance tells reliably.
 */
export function likeness({ separation, distance }: Position, rule: Omit<LikenessRule, 'below'>): number {
  const deviations = (value: number, usual: Usual) => (value - usual.mean) / usual.deviation
  if (rule.separation === null) return -deviations(distance, rule.distance)
  return deviations(separation, rule.separation) - Math.max(0, deviations(distance, rule.distance) - UNUSUAL)
}

/**
 * The rule for photos of known labels; null without any.
 *
 * @param severalLabels whether photos may have several labels, or none
 */
export function likenessRule(known: readonly Position[], severalLabels = false): LikenessRule | null {
  if (known.length === 0) return null
  const usual = {
    separation: severalLabels ? null : spread(known.map((one) => one.separation)),
    distance: spread(known.map((one) => one.distance)),
  }
  const sorted = known.map((one) => likeness(one, usual)).sort((a, b) => a - b)
  return { ...usual, below: sorted[Math.floor(TOLERATED * sorted.length)] ?? 0 }
}

function spread(values: readonly number[]): Usual {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length
  return { mean, deviation: Math.max(LEAST_DEVIATION * Math.abs(mean), LEAST_DISTANCE, Math.sqrt(variance)) }
}
