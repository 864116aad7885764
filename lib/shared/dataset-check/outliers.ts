import type { Neighbor } from '../vector-search/best'

/** Fewer photos have no usual distance. */
const MIN_PHOTOS = 30
/** Tukey's outer fence: so many times the distance between the quartiles above the upper one. */
const FENCE = 3

/** A photo that is far from all others. */
export interface Outlier {
  photo: number
  /** Mean cosine distance to its nearest photos. */
  distance: number
}

/**
 * Photos far from all others, the farthest first: those whose mean distance to their nearest photos is beyond Tukey's
 * outer fence. Source: the distance to the nearest neighbors, Ramaswamy, Rastogi and Shim, "Efficient Algorithms for
 * Mining Outliers from Large Data Sets", SIGMOD 2000, averaged as by Angiulli and Pizzuti (2002).
 *
 * @param neighbors of each photo; copies of it don't count
 * @param copies for each photo the first photo of its group
 */
export function outliersOf(neighbors: readonly (readonly Neighbor[])[], copies: Int32Array): Outlier[] {
  if (neighbors.length < MIN_PHOTOS) return []
  const distances = neighbors.map((list, photo) => {
    const others = list.filter(({ row }) => copies[row] !== copies[photo])
    return others.reduce((sum, { similarity }) => sum + 1 - similarity, 0) / others.length
  })
  const sorted = Float64Array.from(distances.filter((distance) => Number.isFinite(distance))).sort()
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity
  const limit = quartile(0.75) + FENCE * (quartile(0.75) - quartile(0.25))
  return distances
    .map((distance, photo) => ({ photo, distance }))
    .filter(({ distance }) => distance > limit)
    .sort((a, b) => b.distance - a.distance || a.photo - b.photo)
}
