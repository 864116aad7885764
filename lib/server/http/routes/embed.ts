import { type EmbeddingReply, type EncodingFormat, embedParametersSchema } from '@/lib/shared/contract/embed'
import { parseCrop } from '@/lib/shared/crop/crop'
import { toBase64 } from '../../embeddings/vector'
import type { Embedding } from '../../engine/types'
import { cachedRuns } from '../cached-runs'
import type { MemoryBudget } from '../memory-budget'
import type { Services } from '../services'
import { singlePhoto } from './single-photo'

/** `POST /api/embed`: the embedding of one photo. */
export function embed(services: Services, uploads: MemoryBudget) {
  const runs = cachedRuns(services)
  return singlePhoto(services, uploads, {
    parameters: embedParametersSchema,
    async run(image, { model, normalize, crop, kinds, encoding_format }, { requestId, signal }) {
      const area = crop === undefined ? undefined : parseCrop(crop)
      const options = { model, normalize, crop: area, requestId }
      const { result, hit } = await runs.embed(image, options, signal)
      return { result: toReply(result, kinds, encoding_format), hit }
    },
  })
}

function toReply({ kinds, ...result }: Embedding, withKinds: boolean, format: EncodingFormat): EmbeddingReply {
  const reply = { ...result, embedding: encoded(result.embedding, format) }
  return withKinds ? { ...reply, kinds: kinds && encoded(kinds, format) } : reply
}

/** A vector as it stands in JSON. */
export function encoded(values: Float32Array, format: EncodingFormat): number[] | string {
  return format === 'base64' ? toBase64(values) : [...values]
}
