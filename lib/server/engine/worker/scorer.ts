import type { TensorData } from '@/lib/shared/image/tensor'
import type { ScoreRule } from '@/lib/shared/inference/interpret'
import type { Head } from './head-cache'
import type { LoadedModel } from './session'

export interface Scores {
  /** [classes] */
  logits: Float32Array
  /** To the photos that a custom model learned from; null for other models. */
  likeness: number | null
}

/** Scores prepared images: with a loaded model, or with a head over it. */
export interface Scorer extends ScoreRule {
  /** @param withEmbedding whether the embedding and kinds are needed, too; the same run returns all */
  score(tensor: TensorData, withEmbedding: boolean): Promise<Scores & Embedded>
}

/** Both null unless requested. */
interface Embedded {
  embedding: Float32Array | null
  kinds: Float32Array | null
}

/** @param head of a custom model over this one; null for the model's own scores */
export function scorerOf(model: LoadedModel, head: Head | null): Scorer {
  if (head === null) {
    const { temperature, activation, uncertainty, multiLabel, background } = model.spec
    return {
      temperature,
      activation,
      uncertainty,
      multiLabel,
      background,
      score: async (...args) => ({ ...(await logitsOf(model, ...args)), likeness: null }),
    }
  }
  const { temperature, activation, uncertainty, multiLabel } = head.spec
  return {
    temperature,
    activation,
    uncertainty,
    multiLabel,
    background: null,
    async score(tensor, withEmbedding) {
      if (head.kind === 'groups') {
        const { logits, ...embedded } = await logitsOf(model, tensor, withEmbedding)
        return { logits: head.group(logits, model.spec.temperature), likeness: null, ...embedded }
      }
      const features = await model.features(tensor, false)
      const { embedding, kinds } = features
      return { ...head.score(features), ...(withEmbedding ? { embedding, kinds } : NOTHING) }
    },
  }
}

const NOTHING = { embedding: null, kinds: null }

async function logitsOf(model: LoadedModel, tensor: TensorData, withEmbedding: boolean) {
  if (!withEmbedding) return { logits: await model.run(tensor), ...NOTHING }
  // A text-image model has no scores of its own, and embeds all the same.
  const { logits, embedding, kinds } = await model.features(tensor, model.text === null)
  return { logits: logits ?? new Float32Array(), embedding, kinds }
}
