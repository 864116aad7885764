import { compareCodePoints, type TrainingSet } from './training-set'

/** Five folds train on four fifths of the examples each. More cost more, and measured no more honest. */
export const FOLDS = 5

/** The fold of examples that are never held out. */
export const ALWAYS_TRAINED = -1

/**
 * Divides the examples into folds that hold about the same number of each label. Copies of a photo stay together: a
 * model would recognize them. A label whose examples are all copies of one photo can't be tested and is always trained
 * on; one with two to four different photos is held out in as many folds.
 *
 * @param groups for each example the first example of its group of copies
 * @returns the fold of each example, 0 to 4, or `ALWAYS_TRAINED`
 */
export function assignFolds(set: TrainingSet, groups: Int32Array): Int32Array {
  const folds = new Int32Array(set.count).fill(ALWAYS_TRAINED)
  const total = new Int32Array(FOLDS)
  const perLabel = set.labels.map(() => new Int32Array(FOLDS))
  const copies = copiesByLabel(set, groups)
  for (const [label, own] of copies.entries()) {
    if (own.different < 2) continue
    own.groups.sort((a, b) => b.length - a.length || byPhoto(set, a[0] ?? 0, b[0] ?? 0))
    for (const examples of own.groups) {
      const fold = leastFull(perLabel[label] as Int32Array, total)
      for (const example of examples) {
        folds[example] = fold
        total[fold] = (total[fold] as number) + 1
        const counts = perLabel[set.truth[example] as number] as Int32Array
        counts[fold] = (counts[fold] as number) + 1
      }
    }
  }
  return folds
}

/** For each label: the groups whose first example has it, and the number of groups with any example that has it. */
function copiesByLabel(
  { labels, truth }: TrainingSet,
  groups: Int32Array,
): { groups: number[][]; different: number }[] {
  const copies = labels.map(() => ({ groups: [] as number[][], different: 0 }))
  for (const members of membersOf(groups).values()) {
    copies[truth[members[0] ?? 0] as number]?.groups.push(members)
    for (const label of new Set(members.map((example) => truth[example] as number))) {
      const own = copies[label]
      if (own) own.different++
    }
  }
  return copies
}

function membersOf(groups: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>()
  for (const [example, first] of groups.entries()) {
    const found = members.get(first)
    if (found) found.push(example)
    else members.set(first, [example])
  }
  return members
}

/** The photo's hash makes the order random, but the same every time. */
function byPhoto({ sha256 }: TrainingSet, a: number, b: number): number {
  return compareCodePoints(sha256[a] ?? '', sha256[b] ?? '') || a - b
}

function leastFull(counts: Int32Array, total: Int32Array): number {
  let best = 0
  for (let fold = 1; fold < FOLDS; fold++) {
    const difference = (counts[fold] as number) - (counts[best] as number)
    if (difference < 0 || (difference === 0 && (total[fold] as number) < (total[best] as number))) best = fold
  }
  return best
}
