import { FOLDS } from '../folds'
import { compareCodePoints } from '../training-set'
import { type LabeledSet, supportOf } from './photo-set'

/**
 * Divides photos with several labels into folds that hold about the same number of each label: the label with the fewest
 * photos goes first, and each of its photos into the fold that has the fewest of them. Copies of a photo stay together,
 * because a model would recognize them. Source: Sechidis, Tsoumakas and Vlahavas, On the Stratification of Multi-Label
 * Data, ECML PKDD 2011 (iterative stratification).
 *
 * @param groups for each photo the first photo of its group of copies
 * @returns the fold of each photo, 0 to 4
 */
export function assignLabeledFolds(set: LabeledSet, groups: Int32Array): Int32Array {
  const support = supportOf(set)
  const order = [...support.keys()].sort((a, b) => (support[a] as number) - (support[b] as number) || a - b)
  const folds = new Filling(set)
  const waiting = new Set(groupsOf(set, groups))
  for (const label of order) {
    for (const photos of waiting) {
      if (!photos.some((photo) => set.has[photo * set.labels.length + label] === 1)) continue
      folds.add(photos, label)
      waiting.delete(photos)
    }
  }
  for (const photos of waiting) folds.add(photos, null)
  return folds.assigned
}

/** Folds that are being filled. */
class Filling {
  readonly assigned: Int32Array
  private readonly total = new Int32Array(FOLDS)
  /** Photos of each label in each fold [folds × labels]. */
  private readonly counts: Int32Array

  constructor(private readonly set: LabeledSet) {
    this.assigned = new Int32Array(set.count)
    this.counts = new Int32Array(FOLDS * set.labels.length)
  }

  /** @param label the one to spread evenly; null for photos without labels */
  add(photos: readonly number[], label: number | null): void {
    const { has, labels } = this.set
    const fold = this.leastFull(label)
    for (const photo of photos) {
      this.assigned[photo] = fold
      this.total[fold] = (this.total[fold] as number) + 1
      for (let at = 0; at < labels.length; at++) {
        const place = fold * labels.length + at
        this.counts[place] = (this.counts[place] as number) + (has[photo * labels.length + at] as number)
      }
    }
  }

  private leastFull(label: number | null): number {
    const { length } = this.set.labels
    const count = (fold: number) => (label === null ? 0 : (this.counts[fold * length + label] as number))
    let best = 0
    for (let fold = 1; fold < FOLDS; fold++) {
      const difference = count(fold) - count(best) || (this.total[fold] as number) - (this.total[best] as number)
      if (difference < 0) best = fold
    }
    return best
  }
}

/** The groups, largest first, then in the order of their photos' hashes: random, but the same every time. */
function groupsOf({ sha256 }: LabeledSet, groups: Int32Array): number[][] {
  const members = new Map<number, number[]>()
  for (const [photo, first] of groups.entries()) members.set(first, [...(members.get(first) ?? []), photo])
  const digest = ([photo = 0]: readonly number[]) => sha256[photo] ?? ''
  return [...members.values()].sort((a, b) => b.length - a.length || compareCodePoints(digest(a), digest(b)))
}
