import { DisjointSets } from './disjoint-sets'
import type { TrainingSet } from './training-set'
import type { Work } from './work'

/**
 * Cosine similarity of the features from which two photos count as copies: frames of one burst, or one photo cropped
 * differently. Measured: among 1,000 hand signs that look much alike, no two different photos reach 0.963, and among
 * 1,650 photos of other things none reaches 0.79, while half of the photos reach 0.967 with a part of themselves.
 */
const NEAR_COPY = 0.97

/** With more examples than this, comparing all pairs takes longer than the training. */
const ALL_PAIRS_UP_TO = 5000

/** The largest distance between near-copies; features have length 1. */
const REACH = Math.sqrt(2 - 2 * NEAR_COPY)
/** Directions in which all pairs are compared first. */
const DIRECTIONS = 32

/**
 * Groups of examples that show the same thing: exact copies, and near-copies of each other, directly or through others.
 * The result is exact. Most pairs are excluded by a few of their coordinates, whose distance is never larger than the
 * whole one. Only the embedding counts: photos of one kind of thing aren't copies. With very many examples, near-copies are only searched within each label, exact copies everywhere.
 *
 * @returns for each example the first example of its group [count]
 */
export function* groupCopies(set: TrainingSet): Work<Int32Array> {
  const groups = new DisjointSets(set.count)
  const distinct = joinExactCopies(set, groups)
  for (const examples of set.count <= ALL_PAIRS_UP_TO ? [distinct] : byLabel(set, distinct)) {
    const { order, points } = sortedProjections(set, examples)
    for (let i = 0; i < order.length; i++) {
      joinNeighbors(set, groups, order, points, i)
      yield
    }
  }
  return groups.firsts()
}

/** @returns one example of each photo */
function joinExactCopies({ sha256 }: TrainingSet, groups: DisjointSets): number[] {
  const seen = new Map<string, number>()
  for (const [example, hash] of sha256.entries()) {
    const first = seen.get(hash)
    if (first === undefined) seen.set(hash, example)
    else groups.join(first, example)
  }
  return [...seen.values()]
}

function byLabel({ labels, truth }: TrainingSet, examples: readonly number[]): number[][] {
  const lists = labels.map((): number[] => [])
  for (const example of examples) lists[truth[example] as number]?.push(example)
  return lists
}

/** Coordinates of the examples in a few directions, sorted by the one in which they differ most. */
function sortedProjections(set: TrainingSet, examples: readonly number[]) {
  const { features, dimensions, embeddingDimensions } = set
  const row = (example: number) => features.subarray(example * dimensions, example * dimensions + embeddingDimensions)
  const axes = directions(examples, row, embeddingDimensions)
  const columns = axes.map((axis) => Float64Array.from(examples, (example) => dot(row(example), axis)))
  columns.sort((a, b) => variance(b) - variance(a))
  const sorted = examples.map((example, at) => ({ example, at }))
  sorted.sort((a, b) => (columns[0]?.[a.at] ?? 0) - (columns[0]?.[b.at] ?? 0) || a.example - b.example)
  const points = new Float64Array(examples.length * DIRECTIONS)
  for (const [to, { at }] of sorted.entries()) {
    for (const [k, column] of columns.entries()) points[to * DIRECTIONS + k] = column[at] as number
  }
  return { order: Int32Array.from(sorted, ({ example }) => example), points }
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
}

/** Orthonormal directions from the first to others: differences between examples vary more than random ones. */
function directions(examples: readonly number[], row: (example: number) => Float32Array, dimensions: number) {
  const axes: Float64Array[] = []
  const [first, ...others] = Array.from(
    { length: Math.min(DIRECTIONS + 1, examples.length) },
    (_, i, count = Math.min(DIRECTIONS + 1, examples.length)) =>
      examples[Math.floor((i * examples.length) / count)] ?? 0,
  )
  for (const other of others) {
    const axis = new Float64Array(dimensions)
    const [from, to] = [row(first ?? 0), row(other)]
    for (let i = 0; i < dimensions; i++) axis[i] = (to[i] as number) - (from[i] as number)
    for (const earlier of axes) addScaled(axis, earlier, -dot(axis, earlier))
    const length = Math.sqrt(dot(axis, axis))
    // What is left of a copy is rounding, and no direction.
    if (length < REACH / 100) continue
    axes.push(axis.map((value) => value / length))
  }
  return axes
}

/** Joins an example with the near-copies after it. */
function joinNeighbors(
  set: TrainingSet,
  groups: DisjointSets,
  order: Int32Array,
  points: Float64Array,
  i: number,
): void {
  const example = order[i] as number
  const start = points[i * DIRECTIONS] as number
  for (let j = i + 1; j < order.length; j++) {
    if ((points[j * DIRECTIONS] as number) - start > REACH) return
    if (tooFar(points, i, j)) continue
    const other = order[j] as number
    if (groups.first(example) !== groups.first(other) && areCopies(set, example, other)) groups.join(example, other)
  }
}

function tooFar(points: Float64Array, i: number, j: number): boolean {
  let squares = 0
  const [a, b] = [i * DIRECTIONS, j * DIRECTIONS]
  for (let k = 0; k < DIRECTIONS; k++) {
    const difference = (points[a + k] as number) - (points[b + k] as number)
    squares += difference * difference
    if (squares > REACH * REACH) return true
  }
  return false
}

/** Dimensions that are compared before looking whether the distance is too large already. */
const STRETCH = 32

function areCopies({ features, dimensions, embeddingDimensions }: TrainingSet, a: number, b: number): boolean {
  const offset = (b - a) * dimensions
  const end = a * dimensions + embeddingDimensions
  let squares = 0
  for (let from = a * dimensions; from < end; from += STRETCH) {
    for (let i = from; i < Math.min(end, from + STRETCH); i++) {
      const difference = (features[i] as number) - (features[i + offset] as number)
      squares += difference * difference
    }
    if (squares > REACH * REACH) return false
  }
  return true
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function addScaled(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (values[i] as number)
}
