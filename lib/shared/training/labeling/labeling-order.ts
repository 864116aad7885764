import type { Head } from '../head'
import type { Work } from '../work'
import { CandidatePool } from './candidate-pool'
import { ConfidenceCache, type Confidences } from './confidence'
import { chooseByCoverage } from './coverage'
import { bySha256, FeatureCache, type LabelingPhoto, squaredDistance } from './feature-cache'
import { kernelWidth } from './kernel-width'

/** The model so far, and how many photos have each of its labels. */
export interface LabelingModel {
  head: Head
  counts: readonly number[]
}

export interface LabelingRequest<Photo> {
  /** Photos without a label, to choose from. */
  candidates: readonly Photo[]
  /** Photos that have a label, and those that were seen: they stand for photos that look like them. */
  covered: readonly Photo[]
  /** Null before two labels have photos. */
  model: LabelingModel | null
  /** How many photos to choose. Each is chosen as if those before it were labeled. */
  count: number
}

export interface SimilarRequest<Photo> extends Omit<LabelingRequest<Photo>, 'covered'> {
  to: Photo
}

/** Photos that are compared with each other: with more, each choice takes longer. */
const MOST_COMPARED = 1000
/** How much less photos count that the model is sure of. Measured: see docs/label.md. */
const SURE_COUNTS_LESS = 2

/**
 * Chooses which photos to label next, so that few labels teach much.
 *
 * Facility location, weighted by uncertainty: the next photo is the one that stands best for the photos without a label
 * for which no labeled photo stands, and of which the model isn't sure. Before there is a model, this chooses typical
 * photos of everything there is. Facility location over the data that a model is unsure of: Wei, Iyer, and Bilmes,
 * Submodularity in Data Subset Selection and Active Learning, 2015. The uncertainty is the margin between the two best
 * labels: Scheffer, Decomain, and Wrobel, Active Hidden Markov Models for Information Extraction, 2001. Photos count
 * less if the label that the model gives them has many photos already.
 *
 * The choice depends on the photos alone, not on their order. Of more than 1,000 candidates, those with the lowest
 * SHA-256 are compared, which is a random sample.
 *
 * Cost of 1,000 candidates: about a second when they come, then milliseconds per choice (`npm run bench -- label`).
 *
 * @example const [next] = await runWork(new LabelingOrder().next({ candidates, covered: [], model: null, count: 1 }))
 */
export class LabelingOrder<Photo extends LabelingPhoto> {
  private readonly pool: CandidatePool<Photo>
  private readonly confidence: ConfidenceCache<Photo>

  /** @param features of the photos, which others may use as well */
  constructor(
    mostCompared = MOST_COMPARED,
    private readonly features = new FeatureCache(),
  ) {
    this.pool = new CandidatePool(mostCompared, features)
    this.confidence = new ConfidenceCache(features)
  }

  /** The next photos, the best first; fewer than `count` if there are fewer. Calls can't run side by side. */
  *next({ candidates, covered, model, count }: LabelingRequest<Photo>): Work<Photo[]> {
    const { pool } = this
    const photos = candidates.toSorted(bySha256).slice(0, pool.capacity)
    yield* pool.update(photos, covered)
    const slots = Int32Array.from(photos, (photo) => pool.slot(photo))
    const confidences = model && (yield* this.confidence.measure(model.head, photos))
    const options = {
      slots,
      nearest: pool.nearest.slice(),
      weights: model && confidences ? weightsOf(confidences, model.counts) : new Float64Array(slots.length).fill(1),
      width: kernelWidth(pool, slots),
    }
    const chosen = yield* chooseByCoverage(pool, options, count)
    return chosen.map((at) => photos[at] as Photo)
  }

  /** The photos that are most like one; with a model, among those to which it gives the same label. */
  *similar({ to, candidates, model, count }: SimilarRequest<Photo>): Work<Photo[]> {
    const all = [to, ...candidates.filter((photo) => photo !== to)]
    const labels = model && (yield* this.confidence.measure(model.head, all)).labels
    const features = this.features.of(to)
    const found = all
      .map((photo, at) => ({
        photo,
        label: labels?.[at],
        distance: squaredDistance(this.features.of(photo), features),
      }))
      .filter(({ photo, label }) => photo !== to && label === labels?.[0])
    found.sort((a, b) => a.distance - b.distance || bySha256(a.photo, b.photo))
    return found.slice(0, count).map(({ photo }) => photo)
  }
}

function weightsOf({ margins, labels }: Confidences, counts: readonly number[]): Float64Array {
  return margins.map((margin, at) => Math.exp(-SURE_COUNTS_LESS * margin) / (1 + (counts[labels[at] ?? -1] ?? 0)))
}
