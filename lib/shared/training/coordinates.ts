import { cholesky } from './linear-algebra/cholesky'
import { type Matrix, padded, zeros } from './linear-algebra/matrix'
import { addGram, timesTransposed } from './linear-algebra/products'
import { solveTransposed } from './linear-algebra/solve'
import type { TrainingSet } from './training-set'
import type { Work } from './work'

/** The examples as coordinates. Dot products of coordinates are those of the features. */
export interface Coordinates {
  /** Number of coordinates, a multiple of four. */
  columns: number
  /** The coordinates of some examples, a row each. */
  rows(examples: Int32Array): Matrix
  /** The vectors of features that have these coordinates, a row each [rows × dimensions]. */
  toFeatures(vectors: Matrix): Work<Float64Array>
}

/** A row whose squared distance to the span of the rows before it is smaller than this adds no coordinate. */
const TOLERANCE = 1e-9

/**
 * Fewer examples than dimensions span a smaller space: n examples have n coordinates, with which training is faster and
 * gives the same result. They are the rows of the Cholesky factor of the examples' dot products.
 */
export function* coordinatesOf(set: TrainingSet): Work<Coordinates> {
  return set.count < set.dimensions ? yield* spanCoordinates(set) : featureCoordinates(set)
}

function featureCoordinates({ features, dimensions }: TrainingSet): Coordinates {
  const columns = padded(dimensions)
  return {
    columns,
    rows(examples) {
      const out = zeros(examples.length, columns)
      for (const [at, example] of examples.entries()) {
        out.values.set(features.subarray(example * dimensions, (example + 1) * dimensions), at * columns)
      }
      return out
    },
    // biome-ignore lint/correctness/useYield: there is nothing to compute
    *toFeatures(vectors) {
      return unpadded(vectors, dimensions)
    },
  }
}

function* spanCoordinates(set: TrainingSet): Work<Coordinates> {
  const all = featureCoordinates(set).rows(Int32Array.from({ length: set.count }, (_, index) => index))
  const factor = zeros(set.count, set.count)
  yield* addGram(factor, all)
  yield* cholesky(factor, TOLERANCE)
  const { columns, values } = factor
  return {
    columns,
    rows(examples) {
      const out = zeros(examples.length, columns)
      for (const [at, example] of examples.entries()) {
        // The factor is lower triangular; what is above its diagonal is left over.
        out.values.set(values.subarray(example * columns, example * columns + example + 1), at * columns)
      }
      return out
    },
    *toFeatures(vectors) {
      const shares = { ...vectors, values: vectors.values.slice() }
      yield* solveTransposed(factor, shares)
      const out = zeros(vectors.rows, all.columns)
      yield* timesTransposed(out, shares, transposed(all))
      return unpadded(out, set.dimensions)
    },
  }
}

/** The transpose of a matrix. */
export function transposed({ rows, columns, values }: Matrix): Matrix {
  const out = zeros(columns, rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out.values[j * rows + i] = values[i * columns + j] as number
  }
  return out
}

function unpadded({ rows, columns, values }: Matrix, width: number): Float64Array {
  if (columns === width) return values
  const out = new Float64Array(rows * width)
  for (let i = 0; i < rows; i++) out.set(values.subarray(i * columns, i * columns + width), i * width)
  return out
}
