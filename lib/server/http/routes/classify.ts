import type { Context } from 'hono'
import { type Classification, classifyParametersSchema } from '@/lib/shared/contract'
import { Problem } from '@/lib/shared/problem'
import type { Engine } from '../../engine/types'
import type { ByteBudget, Lease } from '../byte-budget'
import { fetchByUrl } from '../fetch-by-url'
import { parseParameters, queryParameters } from '../parameters'
import type { AppEnv, Services } from '../services'
import { readUpload } from '../upload'

/** `POST /api/classify`: one photo in, its labels out. */
export function classify({ engine, answers, environment, metrics }: Services, uploads: ByteBudget) {
  const limits = { imageBytes: environment.MAX_IMAGE_BYTES, requestBytes: environment.MAX_REQUEST_BYTES }

  async function answer(c: Context<AppEnv>, lease: Lease): Promise<Classification> {
    const request = c.req.raw
    const query = queryParameters(request.url)
    // Before the body is read: a wrong query is refused without an upload.
    parseParameters(classifyParametersSchema, query)
    requireRoom(engine)
    const upload = await readUpload(request, limits, lease)
    const { fields } = upload
    const image =
      'url' in upload.image ? await fetchByUrl(upload.image.url, environment, lease, request.signal) : upload.image
    const { model, top_k, threshold, preview } = parseParameters(classifyParametersSchema, { ...query, ...fields })
    const options = { model, topK: top_k, threshold, preview, requestId: c.get('requestId') }
    if (answers === null) return engine.classify(image, options, request.signal)
    const { result, hit } = await answers.classify(image, options, request.signal)
    c.header('cache-status', hit ? 'vision; hit' : 'vision; fwd=miss')
    return result
  }

  return async (c: Context<AppEnv>): Promise<Response> => {
    const lease = uploads.lease()
    try {
      const result = await answer(c, lease)
      c.set('model', result.model.id)
      metrics.photo(result.model.id, result.timings)
      c.header('server-timing', serverTiming(result.timings))
      c.header('cache-control', 'no-store')
      return c.json(result)
    } finally {
      lease.release()
    }
  }
}

/** Refuses before the upload is read where it could only be refused after: a crowd must not cost more than its refusals. */
function requireRoom(engine: Engine): void {
  const { photos, limit } = engine.stats().queue
  if (photos >= limit) throw new Problem('queue_full', `${photos} photos wait already. Try again in a moment.`)
}

/** The stages as browsers' network panels show them. */
function serverTiming({ queue_ms, decode_ms, run_ms, total_ms }: Classification['timings']): string {
  return Object.entries({ queue: queue_ms, decode: decode_ms, run: run_ms, total: total_ms })
    .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
    .join(', ')
}
