import type { Context } from 'hono'
import type { Classification } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import { Problem } from '@/lib/shared/problems/problem'
import type {
  ClassifyOptions,
  Embedding,
  EmbedOptions,
  ExplainOptions,
  GraphInput,
  GraphOutputs,
} from '../../engine/types'
import { readBody, tooLarge } from '../body'
import { cachedRuns } from '../cached-runs'
import { parseJsonBody } from '../json-body'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { requireQueueSpace } from '../read-photo'
import type { AppEnv, Services } from '../services'
import { photoFromText } from './photo-from-text'

/** The one request that a dialect answers: its body within the limits, and runs of the engine for it. */
export interface PhotoRequest {
  /** The whole body as a photo. @throws Problem `empty_body`, `too_large`, `queue_full` */
  body(): Promise<Uint8Array>
  /** The whole body, of any kind. @throws Problem `empty_body`, `too_large`, `queue_full` */
  wholeRequest(): Promise<Uint8Array>
  /** The body as JSON; null if it is empty. */
  optionalJson(): Promise<unknown>
  /** The body as JSON. @throws Problem `invalid_json`, `too_large`, `queue_full` */
  json(): Promise<unknown>
  /** A photo in a text: base64, a `data:` URL, or the URL of an image. */
  photo(text: string): Promise<Uint8Array>
  classify(image: Uint8Array, options: Omit<ClassifyOptions, 'requestId'>): Promise<Classification>
  embed(image: Uint8Array, options: Omit<EmbedOptions, 'requestId'>): Promise<Embedding>
  /** Which parts led to a label. `png`: the heatmap as a `data:` URL, to lay over the area. */
  explain(image: Uint8Array, options: Omit<ExplainOptions, 'requestId'>): Promise<Explanation & { png: string }>
  outputs(input: GraphInput, options: { model: string; embedding: boolean }): Promise<GraphOutputs>
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
  const { engine, environment, metrics } = services
  const runs = cachedRuns(services)
  const { signal } = c.req.raw
  const requestId = c.get('requestId')
  const count = (model: string, timings: Classification['timings']) => {
    c.set('model', model)
    metrics.photo(model, timings)
  }
  const requestBytes = environment.MAX_REQUEST_BYTES
  return {
    body: () => readWhole(c.req.raw, environment.MAX_IMAGE_BYTES, reservation),
    wholeRequest: () => readWhole(c.req.raw, requestBytes, reservation),
    json: async () => parseJsonBody(await readWhole(c.req.raw, requestBytes, reservation)),
    async optionalJson() {
      const body = await readBody(c.req.raw, requestBytes, reservation)
      return body.byteLength === 0 ? null : parseJsonBody(body)
    },
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
      c.set('model', explanation.model.id)
      // Loaded on demand: sharp is large, and little else in this process needs it.
      const { heatmapPng } = await import('../../image/heatmap-png')
      return { ...explanation, png: await heatmapPng(explanation.grid) }
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
