import type { Context } from 'hono'
import { type Explanation, explainParametersSchema } from '@/lib/shared/contract/explain'
import { wordsOf } from '@/lib/shared/contract/words'
import { parseCrop } from '@/lib/shared/crop/crop'
import type { ExplanationSlots } from '../explanation-slots'
import { json } from '../json-response'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { queryParameters, readOptions, takeStream, withStream } from '../parameters'
import { asProblem } from '../problem'
import { readPhoto, requireQueueSpace } from '../read-photo'
import type { AppEnv, Services } from '../services'

const querySchema = withStream(explainParametersSchema)

/** Loaded on demand: sharp is large, and nothing else in this process needs it. */
async function overlay({ grid }: Explanation): Promise<string> {
  const { heatmapPng } = await import('../../image/heatmap-png')
  return heatmapPng(grid)
}

type Progress = (done: number, of: number) => void

/**
 * `POST /api/explain`: explains a label of a photo. With `stream=1`, it responds with NDJSON: `{"done": 16, "of":
 * 320}` as it progresses, then `{"explanation": …}` or `{"problem": …}`. If the client disconnects, the work stops.
 */
export function explain({ engine, environment, log }: Services, uploads: MemoryBudget, slots: ExplanationSlots) {
  /** Reads a request. Resolves to a function that starts the work. */
  async function read(c: Context<AppEnv>, reservation: Reservation) {
    const request = c.req.raw
    const { stream, query } = takeStream(queryParameters(request.url))
    readOptions(querySchema, { ...query, stream })
    requireQueueSpace(engine)
    const { image, fields } = await readPhoto(request, environment, reservation)
    const { png, crop: text, ...given } = readOptions(explainParametersSchema, query, fields)
    const { candidate_labels, hypothesis_template, ...options } = given
    const words = wordsOf({ candidate_labels, hypothesis_template })
    const crop = text === undefined ? undefined : parseCrop(text)
    const run = async (signal: AbortSignal, onProgress?: Progress): Promise<Explanation> => {
      const parameters = {
        ...options,
        words,
        crop,
        requestId: c.get('requestId'),
        ...(onProgress ? { onProgress } : {}),
      }
      const explanation = await engine.explain(image, parameters, signal)
      return png ? { ...explanation, png: await overlay(explanation) } : explanation
    }
    return { run, stream }
  }

  return async (c: Context<AppEnv>): Promise<Response> => {
    slots.require()
    const reservation = uploads.reserve()
    let end = () => reservation.release()
    let streams = false
    try {
      const { run: work, stream } = await read(c, reservation)
      // Only after the upload, so that a slow one holds no slot.
      const leave = slots.take()
      end = () => {
        leave()
        reservation.release()
      }
      c.header('cache-control', 'no-store')
      if (!stream) return json(c, await work(c.req.raw.signal))
      streams = true
      const problem = (error: unknown) => {
        const details = asProblem(error).toDetails(c.get('requestId'))
        if (details.code === 'internal') {
          log.error({ request_id: c.get('requestId'), err: error }, 'internal error')
        }
        return details
      }
      return c.body(streamLines(work, c.req.raw.signal, problem, end), 200, { 'content-type': 'application/x-ndjson' })
    } finally {
      if (!streams) end()
    }
  }
}

/** Runs the work and streams its lines. Cancelling the stream cancels the work. */
function streamLines(
  work: (signal: AbortSignal, onProgress: Progress) => Promise<Explanation>,
  requestSignal: AbortSignal,
  problem: (error: unknown) => object,
  end: () => void,
): ReadableStream<Uint8Array> {
  const disconnected = new AbortController()
  const signal = AbortSignal.any([disconnected.signal, requestSignal])
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      const write = (line: object) => {
        if (!signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      }
      void work(signal, (done, of) => write({ done, of }))
        .then((explanation) => write({ explanation }))
        .catch((error) => write({ problem: problem(error) }))
        .finally(() => {
          end()
          if (!disconnected.signal.aborted) controller.close()
        })
    },
    cancel: () => disconnected.abort(),
  })
}
