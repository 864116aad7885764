/** Squared distances between photos in slots. */
export interface Distances {
  capacity: number
  /** [capacity × capacity] */
  distances: Float32Array
}

/** Photos whose neighbors are looked at; the median of more is hardly another one. */
const SAMPLE = 32
/** A photo stands for about so many photos. Measured: see docs/label.md. */
const NEIGHBOR = 10
/** Of a few photos, one stands for a quarter. */
const MOST_OF_ALL = 0.25

/**
 * How far photos stand for each other: the median distance to the tenth neighbor.
 *
 * @param slots of the photos, in an order that doesn't depend on how they came
 */
export function kernelWidth({ capacity, distances }: Distances, slots: Int32Array): number {
  const neighbor = Math.max(1, Math.min(NEIGHBOR, Math.floor(MOST_OF_ALL * slots.length)))
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
