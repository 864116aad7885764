import { randomNumbers } from '../metrics/random'
import type { Work } from '../training/work'
import { type StoredVectors, spread } from './vectors-file'

/** Axes are found from so many photos, spread over all of them. */
const SAMPLE = 1000
/** So many rounds bring the first axes within a degree of the exact ones. */
const ROUNDS = 3
const SEED = 1

/**
 * Photos along the directions in which they differ most: principal component analysis by subspace iteration (Halko,
 * Martinsson, and Tropp, 2011, algorithm 4.4). The same photos give the same numbers.
 *
 * @param axes number of directions; fewer if the vectors have fewer values
 * @returns a row of `axes` values per photo, the direction in which photos differ most first
 */
export function* alongPrincipalAxes(vectors: StoredVectors, axes: number): Work<Float32Array[]> {
  const size = vectors.indices.length
  const count = Math.min(axes, vectors.dimensions)
  const sample = spread(size, SAMPLE).map((at) => vectorOf(vectors, at))
  const mean = meanOf(sample, vectors.dimensions)
  for (const row of sample) subtract(row, mean)
  yield
  const random = randomNumbers(SEED)
  let directions: Float32Array[] = Array.from({ length: count }, () => Float32Array.from(mean, () => random() - 0.5))
  for (let round = 0; round < ROUNDS; round++) {
    const next = directions.map(() => new Float32Array(vectors.dimensions))
    for (const row of sample) {
      for (const [axis, direction] of directions.entries()) {
        addScaled(next[axis] as Float32Array, row, dot(direction, row))
      }
      yield
    }
    directions = orthonormal(next)
    yield
  }
  const rows: Float32Array[] = []
  for (let at = 0; at < size; at++) {
    const row = vectorOf(vectors, at)
    subtract(row, mean)
    rows.push(Float32Array.from(directions, (direction) => dot(direction, row)))
    yield
  }
  return rows
}

/** A new vector of length 1. */
function vectorOf({ stored }: StoredVectors, at: number): Float32Array {
  const { values, scale } = stored(at)
  return Float32Array.from(values, (value) => value * scale)
}

function meanOf(rows: readonly Float32Array[], dimensions: number): Float32Array {
  const mean = new Float32Array(dimensions)
  for (const row of rows) addScaled(mean, row, 1 / rows.length)
  return mean
}

/** Gram-Schmidt. A direction that depends on those before it becomes zero. */
function orthonormal(directions: readonly Float32Array[]): Float32Array[] {
  const done: Float32Array[] = []
  for (const direction of directions) {
    const length = Math.sqrt(dot(direction, direction))
    // Twice is enough against rounding.
    for (let pass = 0; pass < 2; pass++) for (const other of done) addScaled(direction, other, -dot(other, direction))
    const rest = Math.sqrt(dot(direction, direction))
    const scale = rest > 1e-6 * length ? 1 / rest : 0
    done.push(direction.map((value) => value * scale))
  }
  return done
}

/** Four sums, because each addition of one would wait for the one before. */
function dot(a: Float32Array, b: Float32Array): number {
  let [first, second, third, fourth, at] = [0, 0, 0, 0, 0]
  for (; at + 3 < a.length; at += 4) {
    first += (a[at] as number) * (b[at] as number)
    second += (a[at + 1] as number) * (b[at + 1] as number)
    third += (a[at + 2] as number) * (b[at + 2] as number)
    fourth += (a[at + 3] as number) * (b[at + 3] as number)
  }
  for (; at < a.length; at++) first += (a[at] as number) * (b[at] as number)
  return first + second + (third + fourth)
}

function addScaled(to: Float32Array, values: Float32Array, factor: number): void {
  for (let at = 0; at < to.length; at++) to[at] = (to[at] as number) + factor * (values[at] as number)
}

function subtract(from: Float32Array, values: Float32Array): void {
  addScaled(from, values, -1)
}
