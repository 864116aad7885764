import { MapPoints } from '@/lib/client/photo-map/points'
import { spread } from '@/lib/shared/photo-map/vectors-file'
import type { VectorIndex } from '@/lib/shared/vector-search/vector-index'

const NEIGHBORS = 15
/** Figures are means over so many photos at most, each compared with all others. */
const SAMPLE = 1000

/**
 * How well a map keeps neighbors.
 *
 * - `trustworthiness` (Venna and Kaski, 2001): 1 if the nearest photos on the map are among the nearest by their vectors,
 *   less the farther they are; as `sklearn.manifold.trustworthiness` has it.
 * - `kept`: the share of the 15 nearest photos by their vectors that are among the 15 nearest on the map.
 */
export function mapQuality(index: VectorIndex, points: Float32Array): { trustworthiness: number; kept: number } {
  const map = new MapPoints(points)
  const { size } = map
  let [penalty, same] = [0, 0]
  const sample = spread(size, SAMPLE)
  for (const at of sample) {
    const rank = new Map(index.nearest(index.vector(at), size - 1, at).map(({ row }, position) => [row, position + 1]))
    for (const near of nearestOnMap(map, at)) {
      const position = rank.get(near) ?? size
      if (position <= NEIGHBORS) same++
      else penalty += position - NEIGHBORS
    }
  }
  const worst = (sample.length * NEIGHBORS * (2 * size - 3 * NEIGHBORS - 1)) / 2
  return { trustworthiness: 1 - penalty / worst, kept: same / (sample.length * NEIGHBORS) }
}

function nearestOnMap(map: MapPoints, from: number): number[] {
  const distance = (at: number) => Math.hypot(map.x(at) - map.x(from), map.y(at) - map.y(from))
  return Array.from({ length: map.size }, (_, at) => ({ at, far: distance(at) }))
    .filter(({ at }) => at !== from)
    .sort((a, b) => a.far - b.far)
    .slice(0, NEIGHBORS)
    .map(({ at }) => at)
}
