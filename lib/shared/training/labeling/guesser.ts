import { fitsHead, type Head } from '../head'
import type { Work } from '../work'
import { bySha256, FeatureCache, type LabelingPhoto } from './feature-cache'
import { FewCoordinates } from './few-coordinates'
import { matchConfidence } from './match-confidence'
import { learnFromUnlabeled } from './unlabeled'

/** A labeled photo, and the index of its label in the head. */
export interface LabeledPhoto<Photo> {
  photo: Photo
  label: number
}

/** More photos without a label change the guesses no more, but take longer. */
const MOST_UNLABELED = 1000
/** With so many labels, photos without one teach nothing more. */
const MOST_LABELED = 500

/**
 * Guesses the labels of photos that wait for one. It has learned from these photos, too: from few labels, it is right
 * more often than a model that only knows the labeled ones (`npm run bench -- label`). About a tenth of a second per model.
 */
export class Guesser<Photo extends LabelingPhoto> {
  private coordinates: { length: number; few: FewCoordinates<Photo> } | null = null

  /** @param features of the photos, which others may use as well */
  constructor(private readonly features = new FeatureCache()) {}

  /**
   * @param head of the labeled photos alone
   * @param open photos without a label; of more than 1,000, those with the lowest SHA-256 count
   * @returns a head with the same labels, as sure on average as the given one; the given one itself where photos
   *   without a label teach nothing
   */
  *learn(head: Head, labeled: readonly LabeledPhoto<Photo>[], open: readonly Photo[]): Work<Head> {
    if (head.multiLabel || labeled.length > MOST_LABELED) return head
    const known = labeled.filter(({ photo }) => fitsHead(head, photo))
    const others = open
      .filter((photo) => fitsHead(head, photo))
      .sort(bySha256)
      .slice(0, MOST_UNLABELED)
    const photos = [...known.map(({ photo }) => photo), ...others]
    const length = head.dimensions + head.kinds
    if (this.coordinates?.length !== length)
      this.coordinates = { length, few: new FewCoordinates<Photo>(this.features, length) }
    const { few } = this.coordinates
    const labels = new Int32Array(photos.length).fill(-1)
    for (const [at, { label }] of known.entries()) labels[at] = label
    const classes = head.labels.length
    const rows = yield* few.of(photos)
    const learned = yield* learnFromUnlabeled({ rows, labels, classes, dimensions: length })
    if (learned === null) return head
    const weights = yield* few.toFeatures(learned.weights, classes)
    const guesser = { ...head, weights, bias: Float32Array.from(learned.bias), likeness: null }
    return { ...guesser, temperature: matchConfidence(guesser, head, others) }
  }
}
