import { type Example, NO_LABEL } from '../example'
import { writeFeatures } from '../features'
import { compareCodePoints, comparePhotos, type TrainingSet } from '../training-set'

/** A photo with all of its labels, and the positions of its examples in the list that it came from. */
export interface LabeledSet extends Omit<TrainingSet, 'truth' | 'position'> {
  /** 1 where the photo has the label [count × labels], row by row. */
  has: Uint8Array
  /** The photo's label that the fewest photos have, −1 if it has none [count]. */
  truth: Int32Array
  /** Position of each photo's first example in the list that it came from [count]. */
  position: Int32Array
}

/** One photo of a list of examples. */
export interface LabeledPhoto {
  example: Example
  labels: Set<string>
  position: number
}

/**
 * Joins the examples of each photo, in canonical order: by hash. Kinds are only used if every example has them.
 *
 * @param examples each a photo with one of its labels, or with `NO_LABEL`
 */
export function labeledSet(examples: readonly Example[]): LabeledSet {
  const photos = photosOf(examples)
  const labels = [...new Set(photos.flatMap((photo) => [...photo.labels]))].sort(compareCodePoints)
  const embeddingDimensions = examples[0]?.embedding.length ?? 0
  const withKinds = examples.every(({ kinds }) => kinds)
  const dimensions = embeddingDimensions + (withKinds ? (examples[0]?.kinds?.length ?? 0) : 0)
  const features = new Float32Array(photos.length * dimensions)
  const has = new Uint8Array(photos.length * labels.length)
  for (const [row, photo] of photos.entries()) {
    writeFeatures(photo.example, withKinds, features.subarray(row * dimensions, (row + 1) * dimensions))
    for (const [at, label] of labels.entries()) has[row * labels.length + at] = Number(photo.labels.has(label))
  }
  const set = { labels, count: photos.length, dimensions, embeddingDimensions, features, has }
  return {
    ...set,
    truth: rarestLabels(set),
    sha256: photos.map(({ example }) => example.sha256),
    position: Int32Array.from(photos, ({ position }) => position),
  }
}

/** Number of photos that have each label [labels]. */
export function supportOf({ labels, has }: { labels: { length: number }; has: Uint8Array }): Int32Array {
  const support = new Int32Array(labels.length)
  for (const [at, value] of has.entries()) support[at % labels.length] = (support[at % labels.length] as number) + value
  return support
}

/** The number of different photos, of which each may be there with several labels. */
export function countPhotos(examples: readonly Example[]): number {
  return photosOf(examples).length
}

/**
 * The photos of a list of examples with all of their labels, in canonical order: by hash. Other crops of a photo are other
 * photos.
 */
export function photosOf(examples: readonly Example[]): LabeledPhoto[] {
  const order = examples.map((example, position) => ({ example, position }))
  order.sort((a, b) => comparePhotos(a.example, b.example) || a.position - b.position)
  const photos: LabeledPhoto[] = []
  for (const { example, position } of order) {
    const last = photos.at(-1)
    const own = example.label === NO_LABEL ? [] : [example.label]
    if (last && comparePhotos(last.example, example) === 0) {
      for (const label of own) last.labels.add(label)
      last.position = Math.min(last.position, position)
    } else photos.push({ example, labels: new Set(own), position })
  }
  return photos
}

function rarestLabels(set: Pick<LabeledSet, 'labels' | 'count' | 'has'>): Int32Array {
  const support = supportOf(set)
  return Int32Array.from({ length: set.count }, (_, row) => {
    let rarest = -1
    for (let label = 0; label < set.labels.length; label++) {
      if (set.has[row * set.labels.length + label] !== 1) continue
      if (rarest < 0 || (support[label] as number) < (support[rarest] as number)) rarest = label
    }
    return rarest
  })
}
