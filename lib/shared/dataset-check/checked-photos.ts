import type { BaseFeatures } from '../training/example'
import { VectorIndex } from '../vector-search/vector-index'
import type { PhotoTraits } from './photo-traits'

/** A photo of a data set, without its embedding. */
export interface CheckedPhoto extends PhotoTraits {
  /** Its position among all photos, with those that weren't checked. */
  index: number
  file: string
  sha256: string
  /** Pixels, upright. */
  width: number
  height: number
  bytes: number
  /** Its label, or all of them where photos may have several, sorted; null if nothing is known of it. */
  labels: readonly string[] | null
  /** The part of the data set that it belongs to; null if it isn't divided. */
  split: string | null
  kinds: Float32Array | null
}

/**
 * The photos of a data set as a check needs them. With 1,280 dimensions, a photo takes 4 KB: 1.3 for its embedding and
 * 2.3 for its print, and less than half of one for the rest.
 */
export class CheckedPhotos {
  readonly list: CheckedPhoto[] = []
  /** The square roots of the embeddings, which are more alike for similar photos, in the order of the list. */
  readonly embeddings: VectorIndex

  /** @throws RangeError if there is no memory for so many embeddings */
  constructor(
    dimensions: number,
    capacity: number,
    /** Whether photos may have several labels, or none. */
    readonly severalLabels = false,
  ) {
    this.embeddings = new VectorIndex(dimensions, capacity)
  }

  /** @throws RangeError if the embedding has another length, or there are more than announced */
  add(photo: Omit<CheckedPhoto, 'kinds'>, { embedding, kinds }: BaseFeatures): void {
    this.embeddings.add(searchVector(embedding))
    this.list.push({ ...photo, kinds: kinds ?? null })
  }
}

/** The vector to search an index of embeddings with: the signed square roots, as training uses them. */
export function searchVector(embedding: Float32Array): Float32Array {
  return embedding.map((value) => (value < 0 ? -Math.sqrt(-value) : Math.sqrt(value)))
}
