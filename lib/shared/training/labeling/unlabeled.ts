import { type Coordinates, transposed } from '../coordinates'
import { type Discriminant, fitDiscriminant, scatterOf } from '../discriminant'
import { logitsOf } from '../held-out'
import { type Matrix, row, zeros } from '../linear-algebra/matrix'
import { addGram, timesTransposed } from '../linear-algebra/products'
import { statisticsOf } from '../statistics'
import type { Work } from '../work'

/** Photos of which some have a label. */
export interface PartlyLabeled {
  /** [photos × coordinates], and rows of zeros */
  rows: Matrix
  /** Index of each photo's label; −1 without one [photos]. */
  labels: Int32Array
  classes: number
  /** Number of features, of which the rows are coordinates. */
  dimensions: number
}

/** Measured on hand signs and kinds of things (docs/label.md), as are the next two. */
const SHRINKAGE = 0.5
const ROUNDS = 2
/**
 * How sure the shares are: for a photo with the median margin, the two best labels are e⁵ to 1. With softer ones, rare
 * labels take photos from frequent ones.
 */
const SURE = 5

/**
 * Learns from photos with and without a label, by expectation and maximization: each photo without one counts for every
 * label by the share that the model so far gives it, and the model is fitted again. Source: Nigam, McCallum, Thrun, and
 * Mitchell, Text Classification from Labeled and Unlabeled Documents Using EM, 2000, here with a linear discriminant.
 *
 * @returns null if no photo is without a label, or all look the same
 */
export function* learnFromUnlabeled({ rows, labels, classes, dimensions }: PartlyLabeled): Work<Discriminant | null> {
  const all = Int32Array.from(labels.keys())
  const coordinates = coordinatesIn(rows)
  const across = transposed(rows)
  const gram = zeros(rows.columns, rows.columns)
  yield* addGram(gram, across)
  const labeled = all.filter((at) => (labels[at] as number) >= 0)
  const first = yield* statisticsOf(coordinates, labels, classes, labeled)
  let found = yield* fitDiscriminant(yield* scatterOf(first, dimensions), SHRINKAGE)
  for (let round = 0; ; round++) {
    const logits = yield* logitsOf(coordinates, found, all)
    const margin = medianMargin(logits, labels, classes)
    if (!(margin > 0)) return null
    if (round === ROUNDS) return found
    const shares = sharesOf(logits, labels, SURE / margin, zeros(classes, rows.rows))
    const sums = zeros(classes, rows.columns)
    yield* timesTransposed(sums, shares, across)
    const counts = Float64Array.from({ length: classes }, (_, label) => row(shares, label).reduce((a, b) => a + b, 0))
    const copy = { ...gram, values: gram.values.slice() }
    const scatter = yield* scatterOf({ gram: copy, sums, counts }, dimensions)
    // As if all labels had as many photos, so that no bias is corrected: means of shares aren't too long by chance.
    found = yield* fitDiscriminant({ ...scatter, counts: counts.fill(labels.length / classes) }, SHRINKAGE)
  }
}

/** Rows that are coordinates already. */
function coordinatesIn(all: Matrix): Pick<Coordinates, 'columns' | 'rows'> {
  const { columns } = all
  return {
    columns,
    rows(examples) {
      const out = zeros(examples.length, columns)
      for (const [at, example] of examples.entries()) out.values.set(row(all, example), at * columns)
      return out
    },
  }
}

/** Of the photos without a label. */
function medianMargin(logits: Float32Array, labels: Int32Array, classes: number): number {
  const margins: number[] = []
  for (const [at, label] of labels.entries()) {
    if (label >= 0) continue
    const [first, second] = logits
      .subarray(at * classes, (at + 1) * classes)
      .toSorted()
      .subarray(-2)
      .toReversed()
    margins.push((first as number) - (second as number))
  }
  return margins.sort((a, b) => a - b)[margins.length >> 1] ?? 0
}

/** How much each photo counts for each label: a softmax, or 1 for its own [labels × photos]. */
function sharesOf(logits: Float32Array, labels: Int32Array, scale: number, out: Matrix): Matrix {
  const classes = logits.length / labels.length
  for (const [at, label] of labels.entries()) {
    if (label >= 0) {
      out.values[label * out.columns + at] = 1
      continue
    }
    const own = logits.subarray(at * classes, (at + 1) * classes)
    const most = Math.max(...own)
    const shares = Float64Array.from(own, (logit) => Math.exp(scale * (logit - most)))
    const sum = shares.reduce((a, b) => a + b, 0)
    for (const [index, share] of shares.entries()) out.values[index * out.columns + at] = share / sum
  }
  return out
}
