import { Problem } from '@/lib/shared/problems/problem'
import { unitLength } from '../embeddings/vector'
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
    kinds: result.kinds,
    normalized: normalize,
    image: { ...result.image, bytes },
    area: result.area,
    timings: timingsOf(result, totalMs),
  }
}
