/**
 * How much a photo is like the examples, from its similarity to the mean of each label. Two similarities of different
 * meaning: whether it is such a photo at all, and whether it is like one label more than like all of them.
 */
export interface Similarity {
  /** The largest cosine between the photo and a label's mean. */
  whole: number
  /** The same after the mean of all labels is subtracted from both. */
  centered: number
}

/** The means of the labels by their dot products; everything else follows from those with the photo. */
export interface MeanProducts {
  /** Dot products of the labels' means with the mean of all labels [labels]. */
  withCenter: Float64Array
  /** Squared lengths of the labels' means [labels]. */
  squares: Float64Array
  /** Squared length of the mean of all labels. */
  center: number
}

/** @param means [labels × columns], row by row */
export function meanProducts(means: Float64Array | Float32Array, labels: number, columns: number): MeanProducts {
  const center = new Float64Array(columns)
  for (let i = 0; i < labels * columns; i++) {
    const at = i % columns
    center[at] = (center[at] as number) + (means[i] as number) / labels
  }
  const withCenter = new Float64Array(labels)
  const squares = new Float64Array(labels)
  for (let i = 0; i < labels * columns; i++) {
    const [label, value] = [Math.floor(i / columns), means[i] as number]
    withCenter[label] = (withCenter[label] as number) + value * (center[i % columns] as number)
    squares[label] = (squares[label] as number) + value * value
  }
  return { withCenter, squares, center: center.reduce((sum, value) => sum + value * value, 0) }
}

/**
 * @param products dot products of a photo's features, whose length is 1, with the labels' means [labels]
 */
export function similarity(products: Float64Array, { withCenter, squares, center }: MeanProducts): Similarity {
  let mean = 0
  for (const product of products) mean += product / products.length
  const length = Math.sqrt(Math.max(0, 1 - 2 * mean + center))
  let [whole, centered] = [-1, -1]
  for (const [label, product] of products.entries()) {
    const [square, offset] = [squares[label] as number, withCenter[label] as number]
    const centeredLength = Math.sqrt(Math.max(0, square - 2 * offset + center))
    whole = Math.max(whole, ratio(product, Math.sqrt(square)))
    centered = Math.max(centered, ratio(product - mean - offset + center, length * centeredLength))
  }
  return { whole, centered }
}

function ratio(value: number, length: number): number {
  return length > 0 ? value / length : 0
}

/** What similarities are usual for photos of the known labels, measured on photos that weren't trained on. */
export interface LikenessRule {
  whole: { mean: number; deviation: number }
  centered: { mean: number; deviation: number }
  /** A likeness below this is unlike the examples. */
  below: number
}

/** Share of the photos of known labels that may be called unlike the examples. */
const TOLERATED = 0.05
/** From this many deviations below the usual, the similarity as a whole counts too. */
const UNUSUAL = 2
/** With all examples alike, the smallest difference would be many deviations. */
const LEAST_DEVIATION = 0.01

/**
 * How much a photo is like the examples: the centered similarity in standard deviations from what is usual, less where
 * the photo as a whole is unusual. The centered one alone tells a new kind of thing from the known ones best; photos of
 * another world altogether only the other one tells reliably.
 */
export function likeness({ whole, centered }: Similarity, rule: Omit<LikenessRule, 'below'>): number {
  const deviations = (value: number, usual: { mean: number; deviation: number }) =>
    (value - usual.mean) / usual.deviation
  return deviations(centered, rule.centered) + Math.min(0, deviations(whole, rule.whole) + UNUSUAL)
}

/** The rule for similarities of photos of known labels; null without any. */
export function likenessRule(known: readonly Similarity[]): LikenessRule | null {
  if (known.length === 0) return null
  const usual = { whole: spread(known.map(({ whole }) => whole)), centered: spread(known.map((one) => one.centered)) }
  const sorted = known.map((one) => likeness(one, usual)).sort((a, b) => a - b)
  return { ...usual, below: sorted[Math.floor(TOLERATED * sorted.length)] ?? 0 }
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length
  return { mean, deviation: Math.max(LEAST_DEVIATION, Math.sqrt(variance)) }
}
