import { bestThresholds, type LabelScores } from '../../metrics/label-metrics'
import { exactLog } from '../exact-math'
import { supportOf } from './photo-set'
import { sigmoid } from './sigmoid-fit'

/**
 * As much as so many photos of a label, one half counts as its threshold. A few photos choose badly: measured on
 * collages, the thresholds of 60 photos alone bring a micro F1 of 0.53, with this 0.64, and one half for all labels 0.62;
 * from 150 photos on, it makes no difference.
 */
const PRIOR_PHOTOS = 5

/**
 * The thresholds of labels that bring the largest F1 (`bestThreshold`), drawn towards one half, in log-odds, where a label
 * has few photos: with little to learn from, the largest F1 is often that of selecting a label everywhere.
 *
 * @param known scores of photos that the model didn't learn from
 */
export function chooseThresholds(known: LabelScores): number[] {
  const support = supportOf({ labels: { length: known.labels }, has: known.truth })
  return bestThresholds(known).map((threshold, label) => {
    const inside = Math.min(1 - 1e-9, Math.max(1e-9, threshold))
    const photos = support[label] as number
    return sigmoid((photos / (photos + PRIOR_PHOTOS)) * exactLog(inside / (1 - inside)))
  })
}
