import type { Coordinates } from './coordinates'
import type { Discriminant } from './discriminant'
import { type Matrix, row, zeros } from './linear-algebra/matrix'
import { timesTransposed } from './linear-algebra/products'
import type { Work } from './work'

/** Examples that are multiplied at a time. */
const BATCH = 256

/** The logits of some examples [examples × labels], row by row. */
export function* logitsOf(
  coordinates: Pick<Coordinates, 'rows'>,
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

/** The mean of the means of the labels that have examples [columns]. */
export function centerOf({ columns, values }: Matrix, counts: Float64Array): Float64Array {
  const present = [...counts.keys()].filter((label) => (counts[label] as number) > 0)
  const center = new Float64Array(columns)
  for (const label of present) {
    for (let i = 0; i < columns; i++) {
      center[i] = (center[i] as number) + (values[label * columns + i] as number) / present.length
    }
  }
  return center
}

/** Squared distances of some examples from a point. */
export function squaredDistances(coordinates: Coordinates, center: Float64Array, examples: Int32Array): Float64Array {
  const distances = new Float64Array(examples.length)
  for (let from = 0; from < examples.length; from += BATCH) {
    const rows = coordinates.rows(examples.subarray(from, from + BATCH))
    for (let at = from; at < Math.min(examples.length, from + BATCH); at++) {
      for (const [i, value] of row(rows, at - from).entries()) {
        const difference = value - (center[i] as number)
        distances[at] = (distances[at] as number) + difference * difference
      }
    }
  }
  return distances
}
