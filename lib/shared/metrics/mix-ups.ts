import type { Evaluation } from './evaluation'

type Confusion = Evaluation['confusions'][number]

/** The mistakes by true and predicted class, most frequent first. */
export function mixUps(counts: readonly Confusion[]): Confusion[] {
  return counts
    .filter(([truth, predicted]) => truth !== predicted)
    .sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1])
}

/**
 * The classes for a confusion matrix, at most `most`, those of the most frequent mistakes. Classes that are mixed up
 * with each other lie together, the worst group first.
 */
export function matrixClasses(counts: readonly Confusion[], most: number): number[] {
  const pairs = pairsOf(counts)
  const chosen = new Set<number>()
  for (const { classes } of pairs) {
    const added = classes.filter((index) => !chosen.has(index))
    if (chosen.size + added.length <= most) for (const index of added) chosen.add(index)
  }
  const all = new Set(counts.flatMap((count) => count.slice(0, 2)))
  if (all.size <= most) for (const index of [...all].sort((a, b) => a - b)) chosen.add(index)
  return groups([...chosen], pairs).flat()
}

/** Two classes, and how many photos of either were taken for the other. */
interface Pair {
  classes: readonly [number, number]
  photos: number
}

/** Most frequent first. */
function pairsOf(counts: readonly Confusion[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const [truth, predicted, photos] of mixUps(counts)) {
    const classes = truth < predicted ? ([truth, predicted] as const) : ([predicted, truth] as const)
    const key = classes.join()
    pairs.set(key, { classes, photos: photos + (pairs.get(key)?.photos ?? 0) })
  }
  return [...pairs.values()].sort((a, b) => b.photos - a.photos)
}

/** Joins classes into groups along their pairs, so that the members of the most frequent pairs are neighbors. */
function groups(classes: readonly number[], pairs: readonly Pair[]): number[][] {
  const groupOf = new Map(classes.map((index) => [index, [index]]))
  for (const { classes: pair } of pairs) {
    const [left, right] = [groupOf.get(pair[0]), groupOf.get(pair[1])]
    if (!left || !right || left === right) continue
    if (left[0] === pair[0]) left.reverse()
    if (right.at(-1) === pair[1]) right.reverse()
    left.push(...right)
    for (const index of right) groupOf.set(index, left)
  }
  return [...new Set(groupOf.values())]
}
