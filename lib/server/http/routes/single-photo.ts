import type { Context } from 'hono'
import type { z } from 'zod'
import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../json-response'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { queryParameters, readOptions, takeStream, withStream } from '../parameters'
import { readPhoto, readPhotoOrTexts, requireQueueSpace } from '../read-photo'
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
  /** The reply to texts, if the route takes them in place of a photo. `texts` are as the request has them. */
  texts?(
    texts: unknown,
    options: z.output<S>,
    context: { requestId: string; signal: AbortSignal },
  ): Promise<Pick<PhotoReply, 'model'>>
}

interface PhotoReply {
  model: { id: string }
  timings: Classification['timings']
}

/** A route that takes one photo, sent in any way, and runs a model on it once. */
export function singlePhoto<S extends z.ZodObject>(
  { engine, environment, metrics }: Services,
  uploads: MemoryBudget,
  { parameters, run, texts: runTexts }: PhotoTask<S>,
) {
  const querySchema = withStream(parameters)

  async function answer(c: Context<AppEnv>, reservation: Reservation): Promise<PhotoReply | Pick<PhotoReply, 'model'>> {
    const request = c.req.raw
    const { stream, query } = takeStream(queryParameters(request.url))
    if (stream)
      throw new Problem('invalid_parameter', 'This server takes one photo per request. Remove the parameter stream.')
    // Validates the query before reading the body, so that an invalid one is refused without an upload.
    readOptions(querySchema, { ...query, stream })
    requireQueueSpace(engine)
    const read = runTexts ? readPhotoOrTexts : readPhoto
    const { image, fields } = await read(request, environment, reservation)
    const options = readOptions(parameters, query, fields)
    const context = { requestId: c.get('requestId'), signal: request.signal }
    if (runTexts && 'texts' in image) return await runTexts(image.texts, options, context)
    const { result, hit } = await run(image as Uint8Array, options, context)
    if (hit !== null) c.header('cache-status', hit ? 'vision; hit' : 'vision; fwd=miss')
    return result
  }

  return async (c: Context<AppEnv>): Promise<Response> => {
    const reservation = uploads.reserve()
    try {
      const result = await answer(c, reservation)
      c.set('model', result.model.id)
      if ('timings' in result) {
        metrics.photo(result.model.id, result.timings)
        c.header('server-timing', serverTiming(result.timings))
      }
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
