import type { LabelScores } from '../../metrics/label-metrics'

/** A label of a photo that looks wrong, or one that seems to be missing. */
export interface DoubtfulLabel {
  /** Row of the photo in the scores. */
  photo: number
  label: number
  /** Whether the photo has the label. */
  has: boolean
  /** Score of the label from a model that didn't see the photo. */
  score: number
}

/** So many photos are listed if the contrary is only more likely: with few photos, no score is certain. */
const LISTED = 0.05
/**
 * All beyond this are listed. The confident joint of each label, from which confident learning takes how many labels are
 * wrong, was tried: where labels are hard to tell, it lists a third of the photos, and where they are easy, it misses wrong
 * ones that this finds (`npm run bench -- check`).
 */
const CERTAIN = 0.95

/**
 * Labels that look wrong: a model that wasn't trained on the photo holds the contrary for more likely. Those whose given
 * state is least likely come first. Source: self-confidence in Northcutt, Jiang and Chuang, Confident Learning, JAIR 70
 * (2021), section 3.2, for each label on its own, as in Thyagarajan, Snorrason, Northcutt and Mueller, Identifying
 * Incorrect Annotations in Multi-Label Classification Data, 2022.
 */
export function doubtfulLabels({ labels, scores, truth }: LabelScores): DoubtfulLabel[] {
  const found: DoubtfulLabel[] = []
  for (const [at, score] of scores.entries()) {
    const doubt = { photo: Math.floor(at / labels), label: at % labels, has: truth[at] === 1, score }
    if (wrongness(doubt) > 0.5) found.push(doubt)
  }
  found.sort((a, b) => wrongness(b) - wrongness(a) || a.photo - b.photo || a.label - b.label)
  const photos = new Set<number>()
  const most = Math.ceil((LISTED * scores.length) / Math.max(1, labels))
  return found.filter((doubt) => {
    if (!photos.has(doubt.photo) && photos.size >= most && wrongness(doubt) <= CERTAIN) return false
    photos.add(doubt.photo)
    return true
  })
}

/** How unlikely the given state of a label is, from 0 to 1. */
export function wrongness({ has, score }: Pick<DoubtfulLabel, 'has' | 'score'>): number {
  return has ? 1 - score : score
}
