import type { Context } from 'hono'
import type { z } from 'zod'
import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../json-response'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { queryParameters, readOptions, takeStream, withStream } from '../parameters'
import { readPhoto, requireQueueSpace } from '../read-photo'
import type { AppEnv, Services } from '../services'

/** What a route computes from a photo. */
export interface PhotoTask<S extends z.ZodObject> {
  parameters: S
  /** The reply, and whether it came from the result cache; null if there is none. */
  run(
    image: Uint8Array,
    options: z.output<S>,
    context: { requestId: string; signal: AbortSignal },
  ): Promise<{ result: PhotoReply; hit: boolean | null }>
}

interface PhotoReply {
  model: { id: string }
  timings: Classification['timings']
}

/** A route that takes one photo, sent in any way, and runs a model on it once. */
export function singlePhoto<S extends z.ZodObject>(
  { engine, environment, metrics }: Services,
  uploads: MemoryBudget,
  { parameters, run }: PhotoTask<S>,
) {
  const querySchema = withStream(parameters)

  async function answer(c: Context<AppEnv>, reservation: Reservation): Promise<PhotoReply> {
    const request = c.req.raw
    const { stream, query } = takeStream(queryParameters(request.url))
    if (stream)
      throw new Problem('invalid_parameter', 'This server takes one photo per request. Remove the parameter stream.')
    // Validates the query before reading the body, so that an invalid one is refused without an upload.
    readOptions(querySchema, { ...query, stream })
    requireQueueSpace(engine)
    const { image, fields } = await readPhoto(request, environment, reservation)
    const options = readOptions(parameters, query, fields)
    const { result, hit } = await run(image, options, { requestId: c.get('requestId'), signal: request.signal })
    if (hit !== null) c.header('cache-status', hit ? 'vision; hit' : 'vision; fwd=miss')
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
