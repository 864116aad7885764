import type { Example } from './example'
import { writeFeatures } from './features'

/** Examples in canonical order: by label, then by photo, so that training doesn't depend on the order they came in. */
export interface TrainingSet {
  /** In code-point order. */
  labels: readonly string[]
  count: number
  /** Length of a feature vector. */
  dimensions: number
  /** How much of it comes from the embedding; the rest comes from the kinds. */
  embeddingDimensions: number
  /** Feature vectors [count × dimensions], row by row. */
  features: Float32Array
  /** Index of each example's label [count]. */
  truth: Int32Array
  sha256: readonly string[]
  /** Position of each example in the list that it came from [count]. */
  position: Int32Array
}

/** Sorts valid examples and computes their features. Kinds are only used if every example has them. */
export function trainingSet(examples: readonly Example[]): TrainingSet {
  const order = examples
    .map((example, position) => ({ example, position }))
    .sort((a, b) => compare(a.example, b.example))
  const labels = [...new Set(order.map(({ example }) => example.label))]
  const index = new Map(labels.map((label, at) => [label, at]))
  const embeddingDimensions = order[0]?.example.embedding.length ?? 0
  const withKinds = examples.every(({ kinds }) => kinds)
  const dimensions = embeddingDimensions + (withKinds ? (examples[0]?.kinds?.length ?? 0) : 0)
  const features = new Float32Array(order.length * dimensions)
  for (const [row, { example }] of order.entries()) {
    writeFeatures(example, withKinds, features.subarray(row * dimensions, (row + 1) * dimensions))
  }
  return {
    labels,
    count: order.length,
    dimensions,
    embeddingDimensions,
    features,
    truth: Int32Array.from(order, ({ example }) => index.get(example.label) ?? 0),
    sha256: order.map(({ example }) => example.sha256),
    position: Int32Array.from(order, ({ position }) => position),
  }
}

function compare(a: Example, b: Example): number {
  return compareCodePoints(a.label, b.label) || comparePhotos(a, b)
}

/** Zero for the same photo with the same crop. */
export function comparePhotos(a: Example, b: Example): number {
  return compareCodePoints(a.sha256, b.sha256) || compareValues(a, b)
}

/** Code-point order: the plain comparison of strings orders UTF-16 units, and `localeCompare` depends on the machine. */
export function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** The same photo may be there twice with different crops. */
function compareValues({ embedding: a }: Example, { embedding: b }: Example): number {
  if (a === b) return 0
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
