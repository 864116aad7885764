import type { Example } from '@/lib/shared/training/example'
import type { Training } from '@/lib/shared/training/train'

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

/** What training makes. */
export interface Trained {
  /** `head.safetensors` */
  head: Uint8Array
  /** `examples.safetensors` */
  examples: Uint8Array
  evaluation: Evaluation
}
