import { fitsHead, type Head } from '../head'
import type { Work } from '../work'
import { dotProduct, type FeatureCache, type LabelingPhoto } from './feature-cache'

/** What a model says about photos. */
export interface Confidences {
  /**
   * The margin between the logits of the two best labels, divided by the median of all photos [photos]: models of a few
   * labels are sure of everything, others of nothing. Where a photo may have several labels, the smallest distance of a
   * logit to its threshold: Brinker, On Active Learning in Multi-Label Classification, 2006.
   */
  margins: Float64Array
  /** Index of the best label; −1 if the model can't tell [photos]. */
  labels: Int32Array
}

/** Photos that are scored before other tasks may run. */
const PER_SLICE = 32
/** A head of another base says nothing. */
const UNKNOWN = { margin: 0, label: -1 }

/** How sure a model is of photos. What it said is kept until there is another model. */
export class ConfidenceCache<Photo extends LabelingPhoto> {
  private head: Head | null = null
  private known = new WeakMap<Photo, typeof UNKNOWN>()

  constructor(private readonly features: FeatureCache) {}

  *measure(head: Head, photos: readonly Photo[]): Work<Confidences> {
    if (head !== this.head) {
      this.head = head
      this.known = new WeakMap()
    }
    const labels = new Int32Array(photos.length)
    const margins = new Float64Array(photos.length)
    for (const [at, photo] of photos.entries()) {
      const found = this.known.get(photo) ?? (fitsHead(head, photo) ? score(head, this.features.of(photo)) : UNKNOWN)
      this.known.set(photo, found)
      labels[at] = found.label
      margins[at] = found.margin
      if (at % PER_SLICE === 0) yield
    }
    const median = margins.toSorted()[margins.length >> 1] ?? 0
    return { labels, margins: margins.map((margin) => (median > 0 ? margin / median : 0)) }
  }
}

function score({ weights, bias, dimensions, kinds, multiLabel }: Head, features: Float32Array): typeof UNKNOWN {
  const length = dimensions + kinds
  let [first, second, label] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, -1]
  let nearest = Number.POSITIVE_INFINITY
  for (let row = 0; row < bias.length; row++) {
    const logit = dotProduct(features, weights, row * length, length) + (bias[row] as number)
    if (logit > first) [first, second, label] = [logit, first, row]
    else if (logit > second) second = logit
    const threshold = multiLabel?.thresholds[row]
    if (threshold !== undefined) nearest = Math.min(nearest, Math.abs(logit - logitOf(threshold)))
  }
  return { margin: multiLabel ? nearest : first - second, label }
}

const logitOf = (probability: number) => Math.log(probability / (1 - probability))
