import type { Example } from '../example'
import type { MultiLabelTraining } from '../multi-label/train'
import type { Training } from '../train'

/** What is known about a trained model besides its weights: the content of `evaluation.json`. */
export interface Evaluation extends Pick<Training, 'shrinkage' | 'report' | 'curve' | 'needs'> {
  /** In the order of the outputs. */
  labels: readonly string[]
  examples: number
  temperature: number
  /** A likeness to the examples below this is unlike them; null if that is unknown. */
  likeness_below: number | null
  /** Examples that look as if they had the wrong label, by the SHA-256 of their photos. */
  suspicious: readonly { sha256: string; label: string; looks_like: string; score: number; own_score: number }[]
  /** Examples that show the same photo, or nearly. */
  copies: readonly { sha256: readonly string[]; labels: readonly string[] }[]
  /** Of a model of photos that may have several labels; then `report` is null, and `curve` is about the mAP. */
  multi_label?: MultiLabelEvaluation | undefined
}

/** What is known of a model of photos that may have several labels. */
interface MultiLabelEvaluation extends Pick<MultiLabelTraining, 'penalty' | 'report'> {
  /** A label applies where its score is at least this [labels]. */
  thresholds: readonly number[]
  /** A label whose score is closer to its threshold, in log-odds, is in doubt; null if that is unknown. */
  near_threshold: number | null
  /** Labels of photos that look wrong, or that seem to be missing (`has`: false), by the SHA-256 of the photos. */
  doubtful: readonly { sha256: string; label: string; has: boolean; score: number }[]
}

/** @param examples in the order in which they were trained on */
export function evaluationOf(training: Training, examples: readonly Pick<Example, 'sha256'>[]): Evaluation {
  const { head, shrinkage, report, curve, needs } = training
  const digest = (position: number) => examples[position]?.sha256 ?? ''
  return {
    labels: head.labels,
    examples: examples.length,
    temperature: head.temperature,
    likeness_below: head.likeness?.rule.below ?? null,
    shrinkage,
    report,
    curve,
    needs,
    suspicious: training.suspicious.map(({ example, label, looksLike, score, ownScore }) => ({
      sha256: digest(example),
      label,
      looks_like: looksLike,
      score,
      own_score: ownScore,
    })),
    copies: training.copies.map((one) => ({ sha256: one.examples.map(digest), labels: one.labels })),
  }
}

/** More labels that look wrong are not worth the bytes. */
const MOST_DOUBTFUL = 1000

/** @param examples in the order in which they were trained on */
export function multiLabelEvaluation(
  training: MultiLabelTraining,
  examples: readonly Pick<Example, 'sha256'>[],
): Evaluation {
  const { head, penalty, report, curve } = training
  const { thresholds, nearThreshold } = head.multiLabel
  const digest = (position: number) => examples[position]?.sha256 ?? ''
  const doubtful = training.doubtful
    .slice(0, MOST_DOUBTFUL)
    .map(({ example, ...rest }) => ({ sha256: digest(example), ...rest }))
  return {
    labels: head.labels,
    examples: training.photos,
    temperature: head.temperature,
    likeness_below: head.likeness?.rule.below ?? null,
    shrinkage: null,
    report: null,
    curve,
    needs: training.needs,
    suspicious: [],
    copies: training.copies.map((one) => ({ sha256: one.examples.map(digest), labels: one.labels })),
    multi_label: { thresholds, near_threshold: nearThreshold, penalty, report, doubtful },
  }
}

/** What training makes. */
export interface Trained {
  /** `head.safetensors` */
  head: Uint8Array
  /** `examples.safetensors` */
  examples: Uint8Array
  evaluation: Evaluation
}
