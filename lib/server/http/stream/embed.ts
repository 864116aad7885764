import { embedParametersSchema } from '@/lib/shared/contract/embed'
import { fromBase64, unitLength } from '../../embeddings/vector'
import { requireEmbedding } from '../../jobs/require-model'
import type { MemoryBudget } from '../memory-budget'
import { encoded } from '../routes/embed'
import type { Services } from '../services'
import { photoStream } from './route'

/** `POST /api/embed?stream=1`: the embeddings of the files of a form. */
export function embedStream(services: Services, uploads: MemoryBudget) {
  return photoStream(services, uploads, {
    // A crop belongs to one photo.
    parameters: embedParametersSchema.omit({ crop: true }),
    model: ({ model }) => model,
    async request(_, model) {
      await requireEmbedding(services.engine, model)
      return { topK: 1, embedding: true }
    },
    line({ embedding, kinds: scores, ...row }, { normalize, kinds, encoding_format }) {
      const { file, status, sha256, width, height, bytes, model, revision, ms, error_code, error } = row
      const values = embedding === undefined ? null : fromBase64(embedding)
      const written = values && encoded(normalize ? unitLength(values) : values, encoding_format)
      return {
        ...{ file, status, embedding: written, dimensions: values?.length ?? null, normalized: normalize },
        ...(kinds && { kinds: scores === undefined ? null : encoded(fromBase64(scores), encoding_format) }),
        ...{ width, height, bytes, sha256, model, revision, ms, error_code, error },
      }
    },
  })
}
