import type { Work } from '../work'
import type { Distances } from './kernel-width'

export interface CoverageOptions {
  /** Slot of each photo, the best one first among those that are as good. */
  slots: Int32Array
  /** Squared distance to the nearest covered photo [capacity]; overwritten. */
  nearest: Float32Array
  /** How much it counts that a photo is stood for, 0 to 1 [photos]. */
  weights: Float64Array
  /** Photos farther apart than this hardly stand for each other. */
  width: number
}

/** Gains that are computed before other tasks may run: about a millisecond. */
const PER_SLICE = 64

/**
 * Chooses photos one after the other. Each is the one that adds most: the weighted sum over all photos of how much
 * better it stands for them than what is covered, by the kernel exp(−distance² / width²). What is chosen is covered.
 *
 * No photo adds more after others were chosen than before (the sum is submodular), so most need not be computed again:
 * Minoux, Accelerated Greedy Algorithms for Maximizing Submodular Set Functions, 1978.
 *
 * @returns positions in `slots`
 */
export function* chooseByCoverage(pool: Distances, options: CoverageOptions, count: number): Work<number[]> {
  const { slots } = options
  const coverage = coverageOf(pool, options)
  const left = new Set(slots.keys())
  const atMost = new Float64Array(slots.length)
  for (const at of left) {
    atMost[at] = coverage.gain(at)
    if (at % PER_SLICE === 0) yield
  }
  const chosen: number[] = []
  while (chosen.length < count && left.size > 0) {
    const best = highest(left, atMost)
    const gain = chosen.length === 0 ? atMost[best] : coverage.gain(best)
    const changed = gain !== atMost[best]
    atMost[best] = gain as number
    if (changed) {
      yield
      continue
    }
    left.delete(best)
    chosen.push(best)
    coverage.cover(best)
  }
  return chosen
}

function highest(left: ReadonlySet<number>, values: Float64Array): number {
  let best = -1
  for (const at of left) if (best < 0 || (values[at] as number) > (values[best] as number)) best = at
  return best
}

function coverageOf({ capacity, distances }: Distances, { slots, nearest, weights, width }: CoverageOptions) {
  const scale = -1 / (width * width)
  const covered = Float64Array.from(slots, (slot) => Math.exp(scale * (nearest[slot] as number)))
  const rowOf = (at: number) => distances.subarray((slots[at] as number) * capacity)
  return {
    gain(at: number): number {
      const row = rowOf(at)
      let sum = 0
      for (let other = 0; other < slots.length; other++) {
        const slot = slots[other] as number
        const distance = row[slot] as number
        if (distance >= (nearest[slot] as number)) continue
        sum += (weights[other] as number) * (Math.exp(scale * distance) - (covered[other] as number))
      }
      return sum
    },
    cover(at: number): void {
      const row = rowOf(at)
      for (const [other, slot] of slots.entries()) {
        const distance = row[slot] as number
        if (distance >= (nearest[slot] as number)) continue
        nearest[slot] = distance
        covered[other] = Math.exp(scale * distance)
      }
    },
  }
}
