import type { Context } from 'hono'
import { type Classification, classifyParametersSchema } from '@/lib/shared/contract/contract'
import { parseCrop } from '@/lib/shared/crop/crop'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../json-response'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { queryParameters, readOptions, takeStream, withStream } from '../parameters'
import { readPhoto, requireQueueSpace } from '../read-photo'
import type { AppEnv, Services } from '../services'

const querySchema = withStream(classifyParametersSchema)

/** `POST /api/classify`: classifies one photo. */
export function classify({ engine, resultCache, environment, metrics }: Services, uploads: MemoryBudget) {
  async function answer(c: Context<AppEnv>, reservation: Reservation): Promise<Classification> {
    const request = c.req.raw
    const { stream, query } = takeStream(queryParameters(request.url))
    if (stream)
      throw new Problem(
        'invalid_parameter',
        'This server classifies one photo per request. Remove the parameter stream.',
      )
    // Validates the query before reading the body, so that an invalid one is refused without an upload.
    readOptions(querySchema, { ...query, stream })
    requireQueueSpace(engine)
    const { image, fields } = await readPhoto(request, environment, reservation)
    const { model, top_k, threshold, preview, crop } = readOptions(classifyParametersSchema, query, fields)
    const area = crop === undefined ? undefined : parseCrop(crop)
    const options = { model, topK: top_k, threshold, preview, crop: area, requestId: c.get('requestId') }
    if (resultCache === null) return engine.classify(image, options, request.signal)
    const { result, hit } = await resultCache.classify(image, options, request.signal)
    c.header('cache-status', hit ? 'vision; hit' : 'vision; fwd=miss')
    return result
  }

  return async (c: Context<AppEnv>): Promise<Response> => {
    const reservation = uploads.reserve()
    try {
      const result = await answer(c, reservation)
      c.set('model', result.model.id)
      metrics.photo(result.model.id, result.timings)
      c.header('server-timing', serverTiming(result.timings))
      c.header('cache-control', 'no-store')
      return json(c, result)
    } finally {
      reservation.release()
    }
  }
}

/** The stages, as browsers' network panels show them. */
function serverTiming({ queue_ms, decode_ms, run_ms, total_ms }: Classification['timings']): string {
  return Object.entries({ queue: queue_ms, decode: decode_ms, run: run_ms, total: total_ms })
    .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
    .join(', ')
}
