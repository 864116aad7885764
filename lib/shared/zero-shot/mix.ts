import { activate } from '../metrics/activation'
import type { Example } from '../training/example'
import type { HeldOutResult } from '../training/held-out-results'
import { cosineLogits, rowsOf, type Similarity } from './similarity'

/** Rows of labels from words and photos. */
export interface MixedRows {
  /** [labels × dimensions] */
  weights: Float32Array
  /** How much the photos count beside the words: 0 without photos, or if they don't help. */
  photoShare: number
  /** What rows that a photo had no part in say about it. The share was chosen on the same photos. */
  results: HeldOutResult[]
}

/** Photos that the share is chosen and measured on; more say nothing new. */
const MAX_TESTS = 2000

/** The shares to choose from. */
const SHARES = [0, 0.1, 0.2, 0.5, 1, 2, 5, 10]

/**
 * Adds photos to labels in words. The row of a label is t + α (v − v̄): t is the embedding of its words, v the mean of its
 * photos, and v̄ the mean of all labels' v. Photos and words lie in different parts of the space (Liang et al., Mind the
 * Gap, 2022), and the difference removes what all photos have in common, so that labels without photos can compete. α
 * is the share under which photos that are left out one by one are the most probable; with 0, words are as good alone.
 * After Huang et al., LP++: A Surprisingly Strong Linear Probe for Few-Shot CLIP, 2024, where rows are also visual
 * prototypes plus a multiple of the words, with prototypes centered and the multiple learned.
 *
 * @param words rows of length 1 [labels × dimensions]
 * @param examples photos with labels among these; photos of a single label change nothing
 */
export function mixPhotos(
  words: Float32Array,
  labels: readonly string[],
  similarity: Similarity,
  examples: readonly Example[],
): MixedRows {
  if (examples.length === 0) return { weights: words, photoShare: 0, results: [] }
  const dimensions = words.length / labels.length
  const index = new Map(labels.map((label, at) => [label, at]))
  const photos = rowsOf(examples.map(({ embedding }) => embedding))
  const owners = examples.map(({ label }) => index.get(label) ?? 0)
  const stride = Math.ceil(examples.length / MAX_TESTS)
  const tests = [...owners.keys()].filter((example) => example % stride === 0)
  const sums = new Prototypes(photos, owners, labels.length, dimensions)
  let best = { share: 0, loss: Number.POSITIVE_INFINITY, results: [] as HeldOutResult[] }
  for (const share of SHARES) {
    const results = tests.map((example): HeldOutResult => {
      const truth = owners[example] as number
      const weights = sums.rows(words, share, example)
      const photo = photos.subarray(example * dimensions, (example + 1) * dimensions)
      const scores = activate(cosineLogits({ ...similarity, dimensions, weights }, photo), 1, similarity.activation)
      const predicted = scores.indexOf(Math.max(...scores))
      return { example, truth, predicted, score: scores[predicted] ?? 0, ownScore: scores[truth] ?? 0 }
    })
    const loss = results.reduce((sum, { ownScore, score, predicted, truth }) => {
      // A sigmoid leaves the best wrong label to be counted as well.
      const wrong =
        similarity.activation === 'sigmoid' && predicted !== truth ? -Math.log(Math.max(1 - score, TINY)) : 0
      return sum - Math.log(Math.max(ownScore, TINY)) + wrong
    }, 0)
    if (loss < best.loss) best = { share, loss, results }
  }
  return { weights: sums.rows(words, best.share, null), photoShare: best.share, results: best.results }
}

const TINY = 1e-12

/** The means of each label's photos, of which one can be left out. */
class Prototypes {
  private readonly sums: Float64Array
  private readonly counts: Float64Array

  constructor(
    private readonly photos: Float32Array,
    private readonly owners: readonly number[],
    private readonly labels: number,
    private readonly dimensions: number,
  ) {
    this.sums = new Float64Array(labels * dimensions)
    this.counts = new Float64Array(labels)
    for (const example of owners.keys()) this.add(example, 1)
  }

  /** @param without a photo that has no part in the rows */
  rows(words: Float32Array, share: number, without: number | null): Float32Array {
    if (share === 0) return words
    if (without !== null) this.add(without, -1)
    const { labels, dimensions, sums, counts } = this
    const rows = words.slice()
    const seen = counts.reduce((count, each) => count + (each > 0 ? 1 : 0), 0)
    for (let i = 0; i < dimensions && seen > 1; i++) {
      let center = 0
      for (let label = 0; label < labels; label++)
        if ((counts[label] as number) > 0)
          center += (sums[label * dimensions + i] as number) / (counts[label] as number) / seen
      for (let label = 0; label < labels; label++) {
        const count = counts[label] as number
        const at = label * dimensions + i
        if (count > 0) rows[at] = (rows[at] as number) + share * ((sums[at] as number) / count - center)
      }
    }
    if (without !== null) this.add(without, 1)
    return rows
  }

  private add(example: number, times: 1 | -1): void {
    const label = this.owners[example] as number
    this.counts[label] = (this.counts[label] as number) + times
    for (let i = 0; i < this.dimensions; i++) {
      const at = label * this.dimensions + i
      this.sums[at] = (this.sums[at] as number) + times * (this.photos[example * this.dimensions + i] as number)
    }
  }
}
