import { randomNumbers } from '../metrics/random'
import type { Work } from '../training/work'
import { QUERIES, VectorIndex } from './vector-index'

/** Vectors for each center that the centers are made from. */
const SAMPLE = 32
const ROUNDS = 5
/** Vectors are put to their centers this many at a time. */
const BATCH = 256

/**
 * Centers of the vectors of an index, by spherical k-means on a sample of them.
 *
 * @returns unit vectors [count]
 */
export function* centersOf(index: VectorIndex, count: number): Work<VectorIndex> {
  const random = randomNumbers(index.size)
  const sample = randomRows(index.size, Math.min(index.size, SAMPLE * count), random)
  let centers = new VectorIndex(index.dimensions, count)
  for (const row of sample.subarray(0, count)) centers.add(index.vector(row))
  for (let round = 0; round < ROUNDS; round++) {
    const nearest = yield* nearestCenters(index, sample, centers)
    centers = yield* meansOf(index, sample, nearest, count, random)
  }
  return centers
}

/** For each of these rows, its nearest center. */
export function* nearestCenters(index: VectorIndex, rows: Int32Array, centers: VectorIndex): Work<Int32Array> {
  const nearest = new Int32Array(rows.length)
  const best = new Float32Array(QUERIES)
  const scales = new Float32Array(QUERIES)
  for (let from = 0; from < rows.length; from += QUERIES) {
    const queries = Math.min(QUERIES, rows.length - from)
    for (let at = 0; at < queries; at++) scales[at] = centers.setQueryFrom(at, index, rows[from + at] as number)
    best.fill(Number.NEGATIVE_INFINITY)
    const products = centers.dotFour(0, centers.size)
    for (let center = 0; center < centers.size; center++) {
      const scale = centers.scaleOf(center)
      for (let at = 0; at < queries; at++) {
        const similarity = scale * (products[QUERIES * center + at] as number)
        if (similarity <= (best[at] as number)) continue
        best[at] = similarity
        nearest[from + at] = center
      }
    }
    if (from % BATCH === 0) yield
  }
  return nearest
}

/** The means of the rows of each center. A center without rows becomes one of the rows. */
function* meansOf(
  index: VectorIndex,
  rows: Int32Array,
  nearest: Int32Array,
  count: number,
  random: () => number,
): Work<VectorIndex> {
  const sums = Array.from({ length: count }, () => new Float32Array(index.dimensions))
  const sizes = new Int32Array(count)
  for (const [at, center] of nearest.entries()) {
    const vector = index.vector(rows[at] as number)
    const sum = sums[center] as Float32Array
    for (let i = 0; i < vector.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number)
    sizes[center] = (sizes[center] as number) + 1
    if (at % BATCH === 0) yield
  }
  const means = new VectorIndex(index.dimensions, count)
  for (const [center, sum] of sums.entries()) {
    const any = rows[Math.floor(random() * rows.length)] as number
    means.add(sizes[center] === 0 ? index.vector(any) : sum)
  }
  return means
}

/** Different rows in a random order (Fisher and Yates). */
function randomRows(size: number, count: number, random: () => number): Int32Array {
  const rows = Int32Array.from({ length: size }, (_, row) => row)
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(random() * (size - at))
    const row = rows[at] as number
    rows[at] = rows[other] as number
    rows[other] = row
  }
  return rows.slice(0, count)
}
