import type { Activation } from '../metrics/activation'

/** How a model turns the likeness of a photo and a text into a score. */
export interface Similarity {
  /** Factor of the cosine: the exponential of what Hugging Face's weights call `logit_scale`. */
  scale: number
  /** Added to it; 0 for models without `logit_bias`. */
  bias: number
  /** What makes scores of the logits: CLIP was trained with softmax, SigLIP with sigmoid. */
  activation: Activation
}

/** Labels in words, as rows that the embeddings of photos are compared with. */
export interface CosineHead extends Similarity {
  /** Length of an embedding. */
  dimensions: number
  /** [labels × dimensions], row by row. Rows made from words alone have length 1. */
  weights: Float32Array
}

/**
 * Logits [labels] of an embedding: scale × (embedding / |embedding|) · row + bias. For rows of length 1, the product is
 * the cosine. Source: transformers, `logits_per_image` in models/{clip,siglip}/modeling_*.py.
 *
 * @param embedding [dimensions], of any length
 */
export function cosineLogits({ dimensions, weights, scale, bias }: CosineHead, embedding: Float32Array): Float32Array {
  const length = lengthOf(embedding)
  const factor = length > 0 ? scale / length : 0
  const logits = new Float32Array(weights.length / dimensions)
  for (let row = 0, at = 0; row < logits.length; row++) {
    let product = 0
    for (let i = 0; i < dimensions; i++, at++) product += (weights[at] as number) * (embedding[i] as number)
    logits[row] = factor * product + bias
  }
  return logits
}

/** Rows of length 1 [texts × dimensions] from the embeddings of texts. */
export function rowsOf(embeddings: readonly Float32Array[]): Float32Array {
  const dimensions = embeddings[0]?.length ?? 0
  const rows = new Float32Array(embeddings.length * dimensions)
  for (const [at, embedding] of embeddings.entries()) {
    const length = lengthOf(embedding)
    for (let i = 0; i < dimensions; i++) rows[at * dimensions + i] = length > 0 ? (embedding[i] as number) / length : 0
  }
  return rows
}

function lengthOf(vector: Float32Array): number {
  let squares = 0
  for (const value of vector) squares += value * value
  return Math.sqrt(squares)
}
