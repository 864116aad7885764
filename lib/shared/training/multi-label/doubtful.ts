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

/**
 * Labels that look wrong by confident learning for each label on its own: a model that wasn't trained on the photo is as
 * certain of the contrary as it usually is where that is given. Those whose given state is least likely come first.
 * Source: Thyagarajan, Snorrason, Northcutt and Mueller, Identifying Incorrect Annotations in Multi-Label Classification
 * Data, 2022; Northcutt, Jiang and Chuang, Confident Learning, JAIR 70 (2021), section 3.1.
 */
export function doubtfulLabels({ labels, scores, truth }: LabelScores): DoubtfulLabel[] {
  const [having, lacking] = [usualScores(labels, scores, truth, 1), usualScores(labels, scores, truth, 0)]
  const found: DoubtfulLabel[] = []
  for (const [at, score] of scores.entries()) {
    const label = at % labels
    const has = truth[at] === 1
    const usual = has ? lacking[label] : having[label]
    // Where both are usual, scores say nothing.
    if (usual === undefined || (having[label] ?? 0) <= (lacking[label] ?? 1)) continue
    if (has ? score <= usual : score >= usual) found.push({ photo: Math.floor(at / labels), label, has, score })
  }
  const given = ({ has, score }: DoubtfulLabel) => (has ? score : 1 - score)
  return found.sort((a, b) => given(a) - given(b) || a.photo - b.photo || a.label - b.label)
}

/** The mean score of each label among the photos where it is as given; undefined without such photos. */
function usualScores(labels: number, scores: Float64Array, truth: Uint8Array, given: 0 | 1): (number | undefined)[] {
  const [sums, counts] = [new Float64Array(labels), new Int32Array(labels)]
  for (const [at, score] of scores.entries()) {
    if (truth[at] !== given) continue
    sums[at % labels] = (sums[at % labels] as number) + score
    counts[at % labels] = (counts[at % labels] as number) + 1
  }
  return Array.from(sums, (sum, label) => (counts[label] ? sum / (counts[label] as number) : undefined))
}
