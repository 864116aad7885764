import type { BaseFeatures } from '../example'
import { writeFeatures } from '../features'

/** A photo that waits for a label, or has one. An object stays the same for as long as its features do. */
export interface LabelingPhoto extends BaseFeatures {
  /** SHA-256 of the photo's bytes, in hex. It decides between photos that are as good. */
  sha256: string
}

/** An order that doesn't depend on how photos came, and is as good as random. */
export function bySha256(a: LabelingPhoto, b: LabelingPhoto): number {
  if (a.sha256 === b.sha256) return 0
  return a.sha256 < b.sha256 ? -1 : 1
}

/** Feature vectors of photos: 6 KB each, for as long as the photos are in use. */
export class FeatureCache {
  private readonly known = new WeakMap<LabelingPhoto, Float32Array>()

  /** [dimensions + kinds] */
  of(photo: LabelingPhoto): Float32Array {
    const known = this.known.get(photo)
    if (known) return known
    const features = new Float32Array(photo.embedding.length + (photo.kinds?.length ?? 0))
    writeFeatures(photo, true, features)
    this.known.set(photo, features)
    return features
  }
}

/** Photos that an earlier version read have no kinds; those of the others don't count then. */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  const length = Math.min(a.length, b.length)
  let sum = 0
  let i = 0
  // Four at a time: each addition waits for the one before it.
  for (; i + 3 < length; i += 4) {
    const first = (a[i] as number) - (b[i] as number)
    const second = (a[i + 1] as number) - (b[i + 1] as number)
    const third = (a[i + 2] as number) - (b[i + 2] as number)
    const fourth = (a[i + 3] as number) - (b[i + 3] as number)
    sum += first * first + second * second + (third * third + fourth * fourth)
  }
  for (; i < length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2
  return sum
}

/** The dot product with `length` weights from `at`. */
export function dotProduct(features: Float32Array, weights: Float32Array, at: number, length: number): number {
  let sum = 0
  let i = 0
  for (; i + 3 < length; i += 4) {
    const first = (features[i] as number) * (weights[at + i] as number)
    const second = (features[i + 1] as number) * (weights[at + i + 1] as number)
    const third = (features[i + 2] as number) * (weights[at + i + 2] as number)
    const fourth = (features[i + 3] as number) * (weights[at + i + 3] as number)
    sum += first + second + (third + fourth)
  }
  for (; i < length; i++) sum += (features[i] as number) * (weights[at + i] as number)
  return sum
}
