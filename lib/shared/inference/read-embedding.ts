import { Problem } from '../problems/problem'

/**
 * Reads one image's embedding [dimensions]. The average over space, if it has a position per pixel.
 *
 * @param row the tensor's values of the image
 * @throws Problem `model_failed` if it isn't finite
 */
export function readEmbedding(row: Float32Array, dimensions: number): Float32Array {
  const embedding = averageOverSpace(row, dimensions)
  if (embedding.every(Number.isFinite)) return embedding
  throw notFinite()
}

/** The problem of a photo for which the model returns no usable embedding. */
export function notFinite(): Problem {
  return new Problem('model_failed', 'The model returned an embedding with NaN or infinite values for this photo.')
}

/** Averages features [dimensions × area], channels first, to [dimensions]. */
export function averageOverSpace(features: Float32Array, dimensions: number): Float32Array {
  const area = features.length / dimensions
  if (area === 1) return features
  return Float32Array.from({ length: dimensions }, (_, channel) => {
    let sum = 0
    for (let i = channel * area; i < (channel + 1) * area; i++) sum += features[i] ?? 0
    return sum / area
  })
}
