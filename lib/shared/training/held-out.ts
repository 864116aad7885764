import type { Coordinates } from './coordinates'
import type { Discriminant } from './discriminant'
import { type MeanProducts, meanProducts, type Similarity, similarity } from './likeness'
import { type Matrix, row, zeros } from './linear-algebra/matrix'
import { timesTransposed } from './linear-algebra/products'
import type { Work } from './work'

/** Examples that are multiplied at a time. */
const BATCH = 256

/** The logits of some examples [examples × labels], row by row. */
export function* logitsOf(
  coordinates: Coordinates,
  { weights, bias }: Discriminant,
  examples: Int32Array,
): Work<Float32Array> {
  const labels = bias.length
  const logits = new Float32Array(examples.length * labels)
  for (let from = 0; from < examples.length; from += BATCH) {
    const rows = coordinates.rows(examples.subarray(from, from + BATCH))
    const products = zeros(rows.rows, labels)
    yield* timesTransposed(products, rows, weights)
    for (let at = 0; at < Math.min(BATCH, examples.length - from); at++) {
      const values = row(products, at)
      for (let k = 0; k < labels; k++) logits[(from + at) * labels + k] = (values[k] as number) + (bias[k] as number)
    }
  }
  return logits
}

/** How similar some examples are to the means of the labels that have any. */
export function* similaritiesOf(
  coordinates: Coordinates,
  means: Matrix,
  counts: Int32Array,
  examples: Int32Array,
): Work<Similarity[]> {
  const known = presentRows(means, counts)
  const about: MeanProducts = meanProducts(known.values, known.count, known.columns)
  const similarities: Similarity[] = []
  for (let from = 0; from < examples.length; from += BATCH) {
    const rows = coordinates.rows(examples.subarray(from, from + BATCH))
    const products = zeros(rows.rows, known.count)
    yield* timesTransposed(products, rows, known)
    for (let at = 0; at < Math.min(BATCH, examples.length - from); at++) {
      similarities.push(similarity(row(products, at).subarray(0, known.count), about))
    }
  }
  return similarities
}

/** The rows of the labels that have examples. */
function presentRows(means: Matrix, counts: Int32Array): Matrix & { count: number } {
  const present = [...counts.keys()].filter((label) => (counts[label] as number) > 0)
  const out = zeros(present.length, means.columns)
  for (const [at, label] of present.entries()) out.values.set(row(means, label), at * means.columns)
  return { ...out, count: present.length }
}
