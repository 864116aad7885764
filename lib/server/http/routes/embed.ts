import {
  type EmbeddingReply,
  type EncodingFormat,
  embedParametersSchema,
  type TextEmbeddingsReply,
  textsSchema,
} from '@/lib/shared/contract/embed'
import { parseCrop } from '@/lib/shared/crop/crop'
import { Problem } from '@/lib/shared/problems/problem'
import { toBase64 } from '../../embeddings/vector'
import type { Embedding, TextEmbeddings } from '../../engine/types'
import { cachedRuns } from '../cached-runs'
import type { MemoryBudget } from '../memory-budget'
import type { Services } from '../services'
import { singlePhoto } from './single-photo'

/** `POST /api/embed`: the embedding of one photo. */
export function embed(services: Services, uploads: MemoryBudget) {
  const { engine } = services
  const runs = cachedRuns(services)
  return singlePhoto(services, uploads, {
    parameters: embedParametersSchema,
    async run(image, { model, normalize, crop, kinds, encoding_format }, { requestId, signal }) {
      const area = crop === undefined ? undefined : parseCrop(crop)
      const options = { model, normalize, crop: area, requestId }
      const { result, hit } = await runs.embed(image, options, signal)
      return { result: toReply(result, kinds, encoding_format), hit }
    },
    async texts(given, { model, normalize, crop, kinds, encoding_format }, { requestId, signal }) {
      const texts = parseTexts(given)
      if (crop !== undefined || kinds)
        throw new Problem('invalid_parameter', 'crop and kinds are for photos. Leave them out.')
      const result = await engine.embedText(texts, { model, normalize }, signal)
      return toTextReply(result, { requestId, normalize, format: encoding_format })
    },
  })
}

function toReply({ kinds, ...result }: Embedding, withKinds: boolean, format: EncodingFormat): EmbeddingReply {
  const reply = { ...result, embedding: encoded(result.embedding, format) }
  return withKinds ? { ...reply, kinds: kinds && encoded(kinds, format) } : reply
}

function parseTexts(given: unknown): string[] {
  const parsed = textsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem('invalid_parameter', `text is invalid: ${issue?.message ?? 'expected a text or a list of texts'}.`)
}

function toTextReply(
  { model, embeddings, dimensions, truncated, similarity }: TextEmbeddings,
  { requestId, normalize, format }: { requestId: string; normalize: boolean; format: EncodingFormat },
): TextEmbeddingsReply {
  return {
    request_id: requestId,
    model,
    embeddings: embeddings.map((each) => encoded(each, format)),
    dimensions,
    truncated: [...truncated],
    similarity,
    normalized: normalize,
  }
}

/** A vector as it stands in JSON. */
export function encoded(values: Float32Array, format: EncodingFormat): number[] | string {
  return format === 'base64' ? toBase64(values) : [...values]
}
