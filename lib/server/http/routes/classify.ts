import type { Context } from 'hono'
import { classifyParametersSchema } from '@/lib/shared/contract'
import { parseParameters, queryParameters } from '../parameters'
import type { AppEnv, Services } from '../services'
import { readUpload } from '../upload'

/** `POST /api/classify`: one photo in, its labels out. */
export function classify({ engine, environment }: Services) {
  const limits = { imageBytes: environment.MAX_IMAGE_BYTES, requestBytes: environment.MAX_REQUEST_BYTES }
  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = c.req.raw
    const query = queryParameters(request.url)
    // Before the body is read: a wrong query is refused without an upload.
    parseParameters(classifyParametersSchema, query)
    const { image, fields } = await readUpload(request, limits)
    const { model, top_k, threshold, preview } = parseParameters(classifyParametersSchema, { ...query, ...fields })
    const options = { model, topK: top_k, threshold, preview, requestId: c.get('requestId') }
    const result = await engine.classify(image, options, request.signal)
    c.set('model', result.model.id)
    const { queue_ms, decode_ms, run_ms, total_ms } = result.timings
    c.header(
      'server-timing',
      Object.entries({ queue: queue_ms, decode: decode_ms, run: run_ms, total: total_ms })
        .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
        .join(', '),
    )
    c.header('cache-control', 'no-store')
    return c.json(result)
  }
}
