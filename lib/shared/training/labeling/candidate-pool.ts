import type { Work } from '../work'
import { type FeatureCache, type LabelingPhoto, squaredDistance } from './feature-cache'

const FREE = null

/**
 * Photos without a label with the squared distances between them, and from each to the nearest photo that is covered:
 * labeled, or seen. Only what changed since the last update is computed again: the distances of a new photo, about a
 * million multiplications each.
 */
export class CandidatePool<Photo extends LabelingPhoto> {
  /** Squared distances [capacity × capacity]; only rows and columns of taken slots are valid. */
  readonly distances: Float32Array
  /** Squared distance to the nearest covered photo [capacity]. */
  readonly nearest: Float32Array
  private readonly slots: (Photo | typeof FREE)[]
  private readonly slotOf = new Map<Photo, number>()
  private readonly nearestPhoto: (Photo | null)[]
  private covered = new Set<Photo>()

  /** @param capacity most photos that the pool holds */
  constructor(
    readonly capacity: number,
    private readonly features: FeatureCache,
  ) {
    this.distances = new Float32Array(capacity * capacity)
    this.nearest = new Float32Array(capacity).fill(Number.POSITIVE_INFINITY)
    this.slots = new Array(capacity).fill(FREE)
    this.nearestPhoto = new Array(capacity).fill(null)
  }

  /** The slot of a photo that the last update brought in. */
  slot(photo: Photo): number {
    return this.slotOf.get(photo) ?? 0
  }

  /**
   * Replaces photos and covered ones. Updates can't run side by side, and one that began has to be finished.
   *
   * @param photos at most `capacity`, each an object that stays the same for as long as its features do
   */
  *update(photos: readonly Photo[], covered: readonly Photo[]): Work<void> {
    const wanted = new Set(photos)
    for (const [photo, slot] of this.slotOf) if (!wanted.has(photo)) this.free(photo, slot)
    yield* this.cover(new Set(covered))
    let from = 0
    for (const photo of photos) {
      if (this.slotOf.has(photo)) continue
      from = this.slots.indexOf(FREE, from)
      this.take(photo, from)
      yield
    }
  }

  private distance(a: Photo, b: Photo): number {
    return squaredDistance(this.features.of(a), this.features.of(b))
  }

  private free(photo: Photo, slot: number): void {
    this.slots[slot] = FREE
    this.slotOf.delete(photo)
    this.forgetNearest(slot)
  }

  private forgetNearest(slot: number): void {
    this.nearest[slot] = Number.POSITIVE_INFINITY
    this.nearestPhoto[slot] = null
  }

  private take(photo: Photo, slot: number): void {
    for (const [other, at] of this.slotOf) {
      const distance = this.distance(photo, other)
      this.distances[slot * this.capacity + at] = distance
      this.distances[at * this.capacity + slot] = distance
    }
    this.distances[slot * this.capacity + slot] = 0
    this.slots[slot] = photo
    this.slotOf.set(photo, slot)
    for (const one of this.covered) this.bringNear(photo, slot, one)
  }

  private *cover(covered: ReadonlySet<Photo>): Work<void> {
    const before = this.covered
    this.covered = new Set(covered)
    for (const [photo, slot] of this.slotOf) {
      const nearest = this.nearestPhoto[slot]
      // Its label was taken back, so another one is the nearest.
      const lost = nearest && !covered.has(nearest)
      if (lost) this.forgetNearest(slot)
      for (const one of covered) if (lost || !before.has(one)) this.bringNear(photo, slot, one)
      if (lost) yield
    }
  }

  private bringNear(photo: Photo, slot: number, covered: Photo): void {
    const distance = this.distance(photo, covered)
    if (distance >= (this.nearest[slot] as number)) return
    this.nearest[slot] = distance
    this.nearestPhoto[slot] = covered
  }
}
