import { type Coordinates, transposed } from './coordinates'
import { type Matrix, zeros } from './linear-algebra/matrix'
import { addGram } from './linear-algebra/products'
import type { Work } from './work'

/** What a discriminant needs to know about some examples. Those of several groups of examples can be added. */
export interface Statistics {
  /** Sum of x × xᵀ, the lower triangle [columns × columns]. */
  gram: Matrix
  /** Sum of the examples of each label [labels × columns]. */
  sums: Matrix
  /** Number of examples of each label [labels]; not whole if examples count for several labels by shares. */
  counts: Float64Array
}

/** Examples that are multiplied at a time. */
const BATCH = 256

/**
 * The statistics of some examples.
 *
 * @param examples in canonical order: the order decides the last bits
 */
export function* statisticsOf(
  coordinates: Pick<Coordinates, 'columns' | 'rows'>,
  truth: Int32Array,
  labels: number,
  examples: Int32Array,
): Work<Statistics> {
  const { columns } = coordinates
  const statistics = { gram: zeros(columns, columns), sums: zeros(labels, columns), counts: new Float64Array(labels) }
  for (let from = 0; from < examples.length; from += BATCH) {
    const batch = examples.subarray(from, from + BATCH)
    const rows = coordinates.rows(batch)
    for (const [at, example] of batch.entries()) addToSums(statistics, rows, at, truth[example] as number)
    yield* addGram(statistics.gram, transposed(rows))
  }
  return statistics
}

/** Adds a row to the sums of a label. */
export function addToSums({ sums, counts }: Statistics, { columns, values }: Matrix, at: number, label: number): void {
  counts[label] = (counts[label] as number) + 1
  for (let i = 0; i < columns; i++) {
    const to = label * columns + i
    sums.values[to] = (sums.values[to] as number) + (values[at * columns + i] as number)
  }
}

/** Adds up statistics, in this order. */
export function* sumStatistics(parts: readonly Statistics[]): Work<Statistics> {
  const [first, ...others] = parts
  if (first === undefined) throw new Error('there are no statistics to add')
  const copy = (matrix: Matrix): Matrix => ({ ...matrix, values: matrix.values.slice() })
  const sum = { gram: copy(first.gram), sums: copy(first.sums), counts: first.counts.slice() }
  for (const { gram, sums, counts } of others) {
    add(sum.gram.values, gram.values)
    add(sum.sums.values, sums.values)
    add(sum.counts, counts)
    yield
  }
  return sum
}

function add(to: Float64Array, values: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (values[i] as number)
}
