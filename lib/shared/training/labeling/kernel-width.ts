/** Squared distances between photos in slots. */
export interface Distances {
  capacity: number
  /** [capacity × capacity] */
  distances: Float32Array
}

/** Photos whose neighbors are looked at; the median of more is hardly another one. */
const SAMPLE = 32
/** A photo stands for about a twentieth of all photos: half of those of its label, if there are ten. */
const SHARE = 0.05

/**
 * How far photos stand for each other: the median distance to the neighbor at which a twentieth of all are nearer.
 *
 * @param slots of the photos, in an order that doesn't depend on how they came
 */
export function kernelWidth({ capacity, distances }: Distances, slots: Int32Array): number {
  const neighbor = Math.max(1, Math.round(SHARE * slots.length))
  const found: number[] = []
  for (const slot of slots.subarray(0, SAMPLE)) {
    const row = distances.subarray(slot * capacity)
    const sorted = Float32Array.from(slots, (other) => row[other] as number).sort()
    found.push(sorted[Math.min(neighbor, sorted.length - 1)] as number)
  }
  const median = found.sort((a, b) => a - b)[found.length >> 1] ?? 0
  // Nothing but copies.
  return Math.sqrt(median) || 1
}
