import { Problem } from '@/lib/shared/problems/problem'
import type { Model } from './model'
import { timingsOf } from './photo-timings'
import type { PhotoResult } from './protocol'
import type { Embedding, EmbedOptions } from './types'

/** The problem of a request for an embedding that a model doesn't have. */
export function noEmbedding(id: string, reason: string): Problem {
  return new Problem('invalid_parameter', `The model ${id} has no embedding: ${reason}. Choose another model.`)
}

/** Converts a worker's result to an embedding. */
export function toEmbedding(
  model: Model,
  result: PhotoResult,
  { requestId, normalize = false }: EmbedOptions,
  bytes: number,
  totalMs: number,
): Embedding {
  const values = result.embedding ?? new Float32Array()
  return {
    request_id: requestId ?? '',
    model: { id: model.id, type: model.type, revision: model.revision },
    embedding: normalize ? unitLength(values) : values,
    dimensions: values.length,
    normalized: normalize,
    image: { ...result.image, bytes },
    area: result.area,
    timings: timingsOf(result, totalMs),
  }
}

/** Divides a vector by its Euclidean (L2) length. A vector of zeros stays as it is. */
function unitLength(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return length === 0 ? values : values.map((value) => value / length)
}
