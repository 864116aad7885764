import type { Context } from 'hono'
import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { readBody, tooLarge } from '../body'
import { cachedRuns } from '../cached-runs'
import { parseJsonBody } from '../json-body'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { requireQueueSpace } from '../read-photo'
import type { AppEnv, Services } from '../services'
import { photoFromText } from './photo-from-text'
import type { PhotoRuns } from './runs'

/** The one request that a dialect answers: its body within the limits, and runs of the engine for it. */
export interface PhotoRequest extends PhotoRuns {
  /** The whole body as a photo. @throws Problem `empty_body`, `too_large`, `queue_full` */
  body(): Promise<Uint8Array>
  /** The whole body, of any kind. @throws Problem `empty_body`, `too_large`, `queue_full` */
  wholeRequest(): Promise<Uint8Array>
  /** The body as JSON; null if it is empty. */
  optionalJson(): Promise<unknown>
  /** The body as JSON. @throws Problem `invalid_json`, `too_large`, `queue_full` */
  json(): Promise<unknown>
}

/**
 * Makes handlers of a dialect from functions of its requests. What a request holds in memory is reserved while the
 * function runs, and results come from the cache where there is one.
 */
export function photoHandlers(services: Services, uploads: MemoryBudget) {
  return (respond: (request: PhotoRequest, c: Context<AppEnv>) => Promise<Response>) =>
    async (c: Context<AppEnv>): Promise<Response> => {
      requireQueueSpace(services.engine)
      const reservation = uploads.reserve()
      try {
        c.header('cache-control', 'no-store')
        return await respond(photoRequest(services, c, reservation), c)
      } finally {
        reservation.release()
      }
    }
}

function photoRequest(services: Services, c: Context<AppEnv>, reservation: Reservation): PhotoRequest {
  const { MAX_IMAGE_BYTES, MAX_REQUEST_BYTES } = services.environment
  const { raw } = c.req
  const usesModel = (model: string) => c.set('model', model)
  return {
    body: () => readWhole(raw, MAX_IMAGE_BYTES, reservation),
    wholeRequest: () => readWhole(raw, MAX_REQUEST_BYTES, reservation),
    json: async () => parseJsonBody(await readWhole(raw, MAX_REQUEST_BYTES, reservation)),
    async optionalJson() {
      const body = await readBody(raw, MAX_REQUEST_BYTES, reservation)
      return body.byteLength === 0 ? null : parseJsonBody(body)
    },
    ...photoRuns(services, { requestId: c.get('requestId'), signal: raw.signal, reservation, usesModel }),
  }
}

/** One call of a client, for `photoRuns`. */
export interface Call {
  requestId: string
  /** Aborts when the client no longer waits. */
  signal: AbortSignal
  /** For the bytes of photos that the server fetches. */
  reservation: Reservation
  /** Told the ID of the model that is used, for the log. */
  usesModel(id: string): void
}

/** Runs of the engine within the limits and with the metrics of every request. */
export function photoRuns(
  services: Pick<Services, 'engine' | 'environment' | 'metrics' | 'resultCache'>,
  { requestId, signal, reservation, usesModel }: Call,
): PhotoRuns {
  const { engine, environment, metrics } = services
  const runs = cachedRuns(services)
  const count = (model: string, timings: Classification['timings']) => {
    usesModel(model)
    metrics.photo(model, timings)
  }
  return {
    photo: (text) => photoFromText(text, environment, reservation, signal),
    async classify(image, options) {
      const { result } = await runs.classify(image, { ...options, requestId }, signal)
      count(result.model.id, result.timings)
      return result
    },
    async embed(image, options) {
      const { result } = await runs.embed(image, { ...options, requestId }, signal)
      count(result.model.id, result.timings)
      return result
    },
    async explain(image, options) {
      const explanation = await engine.explain(image, { ...options, requestId }, signal)
      usesModel(explanation.model.id)
      return explanation
    },
    async outputs(input, options) {
      if ('image' in input && input.image.byteLength > environment.MAX_IMAGE_BYTES)
        throw tooLarge(environment.MAX_IMAGE_BYTES)
      const result = await engine.outputs(input, options, signal)
      count(options.model, result.timings)
      return result
    },
  }
}

async function readWhole(request: Request, limit: number, reservation: Reservation): Promise<Uint8Array> {
  const body = await readBody(request, limit, reservation)
  if (body.byteLength === 0) throw new Problem('empty_body', 'The request has no body.')
  return body
}
