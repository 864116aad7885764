import type { Context } from 'hono'
import type { z } from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { ClassifyOptions } from '../../engine/types'
import { BATCH_REQUEST, ClassificationCache, classifyPhoto, requireSize } from '../../jobs/classify-photo'
import { runConcurrently } from '../../jobs/concurrency'
import { requireModel } from '../../jobs/require-model'
import { discardBody } from '../body'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { fileNameOf } from '../multipart/files'
import { isForm, openMultiFileForm } from '../multipart/multi-file-form'
import type { FormPart } from '../multipart/part'
import { queryParameters, type RawOptions, readOptions, takeStream, withStream } from '../parameters'
import { asProblem } from '../problem'
import type { AppEnv, Services } from '../services'
import { Spool } from './spool'

interface Photo {
  index: number
  file: string
  bytes: Uint8Array
}

/** What a stream computes from each photo. */
export interface StreamTask<S extends z.ZodObject> {
  parameters: S
  /** The model that the parameters ask for. */
  model(options: z.output<S>): string | undefined
  /** @throws Problem if the model can't do it */
  request(
    options: z.output<S>,
    model: string,
  ): Promise<Pick<ClassifyOptions, 'topK' | 'allSelected' | 'threshold' | 'embedding' | 'words'>>
  /** The line of a photo, as JSON without its index. */
  line(row: ResultRow, options: z.output<S>): object
}

/** Photos in flight per worker: enough to keep each worker busy. */
const LANES_PER_WORKER = 4

/**
 * A route for `?stream=1`: runs a model on the files of a form and responds with one line of NDJSON per photo as it is
 * done. The form is read no faster than its photos are done, and the work doesn't wait for the client to read the
 * response. A failed photo has the error in its line. An error in the form itself is a last line, `{"problem": …}`.
 */
export function photoStream<S extends z.ZodObject>(
  { engine, environment, metrics, log }: Services,
  uploads: MemoryBudget,
  task: StreamTask<S>,
) {
  const querySchema = withStream(task.parameters)
  const limits = {
    requestBytes: environment.MAX_REQUEST_BYTES,
    bytes: environment.MAX_JOB_BYTES,
    files: environment.MAX_FILES,
  }
  /** Reads and validates everything needed before the first photo. */
  async function open(request: Request, query: RawOptions, reservation: Reservation) {
    const form = await openMultiFileForm(request, limits, reservation)
    try {
      const options = readOptions(task.parameters, query, form.fields)
      if (form.empty) throw new Problem('no_file', 'The form has no file. Add at least one photo.')
      const model = await requireModel(engine, task.model(options))
      return { form, model, options, request: await task.request(options, model.id) }
    } catch (error) {
      await form.close()
      throw error
    }
  }
  const lanes = LANES_PER_WORKER * engine.stats().workers.wanted

  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = c.req.raw
    const { stream, query } = takeStream(queryParameters(request.url))
    readOptions(querySchema, { ...query, stream })
    if (!isForm(request)) throw new Problem('no_file', 'With stream=1, send the photos as multipart/form-data.')
    const reservation = uploads.reserve()
    const opened = await open(request, query, reservation).catch((error: unknown) => {
      reservation.release()
      throw error
    })
    const { form, model, options } = opened
    const disconnected = new AbortController()
    const signal = AbortSignal.any([disconnected.signal, request.signal])
    const spool = new Spool(() => disconnected.abort())
    const answers = new ClassificationCache(async (image, stop) => {
      const result = await engine.classify(image, { ...opened.request, model: model.id, ...BATCH_REQUEST }, stop)
      metrics.photo(model.id, result.timings)
      return result
    })
    const inFlight = new InFlightBytes(limits.requestBytes)
    const work = async ({ index, file, bytes }: Photo) => {
      try {
        const row = await classifyPhoto(
          { file, read: async () => requireSize(bytes, environment.MAX_IMAGE_BYTES) },
          model,
          answers,
          signal,
        )
        spool.write(`${JSON.stringify({ index, ...task.line(row, options) })}\n`)
      } finally {
        inFlight.leave(bytes.byteLength)
      }
    }
    const photos = photosOf(form.files(), inFlight)
    void runConcurrently(photos, lanes, work, signal)
      .catch((error) => {
        if (signal.aborted) return
        const problem = asProblem(error)
        if (problem.code === 'internal') log.error({ request_id: c.get('requestId'), err: error }, 'internal error')
        spool.write(`${JSON.stringify({ problem: problem.toDetails(c.get('requestId')) })}\n`)
      })
      .finally(async () => {
        spool.end()
        await form.close()
        reservation.release()
        // If the form was abandoned early, its sender should still be able to read why.
        void discardBody(request, limits.requestBytes)
      })
    c.set('model', model.id)
    return c.body(spool.stream(), 200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  }
}

async function* photosOf(files: AsyncIterable<FormPart>, inFlight: InFlightBytes): AsyncGenerator<Photo> {
  let index = 0
  for await (const part of files) {
    const bytes = part.bytes
    await inFlight.enter(bytes.byteLength)
    yield { index: index++, file: fileNameOf(part), bytes }
  }
}

/** Limits the bytes of photos in flight. */
class InFlightBytes {
  private held = 0
  private freed = () => {}

  constructor(private readonly limit: number) {}

  async enter(bytes: number): Promise<void> {
    while (this.held > 0 && this.held + bytes > this.limit) {
      await new Promise<void>((resolve) => {
        this.freed = resolve
      })
    }
    this.held += bytes
  }

  leave(bytes: number): void {
    this.held -= bytes
    this.freed()
  }
}
