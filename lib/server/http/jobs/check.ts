import { Readable } from 'node:stream'
import type { Context } from 'hono'
import {
  cleanedLabelsParametersSchema,
  type JobCheck,
  type SimilarPhotosReply,
  searchTextSchema,
  similarParametersSchema,
  vectorsParametersSchema,
} from '@/lib/shared/contract/check'
import { NOTHING_FOUND } from '@/lib/shared/dataset-check/checked-rows'
import { cleanedLabels } from '@/lib/shared/dataset-check/cleaned-labels'
import { labelsOf } from '@/lib/shared/dataset-check/known-labels'
import { Problem } from '@/lib/shared/problems/problem'
import { RESULT_TYPES } from '@/lib/shared/results/columns'
import type { JobBackend } from '../../jobs/backend'
import type { CheckState, JobChecks } from '../../jobs/check/job-checks'
import { knownLabels, readLabels } from '../../jobs/check/known-labels'
import { SimilarPhotos } from '../../jobs/check/similar-photos'
import type { StoredCheck } from '../../jobs/check/stored-check'
import { abortOnError } from '../abort-on-error'
import { readBody } from '../body'
import { json } from '../json-response'
import type { MemoryBudget } from '../memory-budget'
import { queryParameters, readOptions } from '../parameters'
import { readPhotoOrTexts, requireQueueSpace } from '../read-photo'
import type { AppEnv, Endpoints, Services } from '../services'
import { hasBody } from './uploads'

const NO_STORE = { 'cache-control': 'no-store' }

/** What a check found about the photos of a job, and photos that are similar to one. */
export function checkRoutes(
  jobs: JobBackend,
  checks: JobChecks,
  { engine, environment, log }: Pick<Services, 'engine' | 'environment' | 'log'>,
  uploads: MemoryBudget,
): Record<string, Endpoints> {
  const similar = new SimilarPhotos(jobs, log)
  const id = (c: Context<AppEnv>) => c.req.param('id') ?? ''

  async function state(c: Context<AppEnv>, status = 200): Promise<Response> {
    return json(c, toReply(await checks.stateOf(id(c))), status, NO_STORE)
  }

  async function setLabels(c: Context<AppEnv>): Promise<Response> {
    const request = c.req.raw
    const { open, listing } = await checks.requireCheckable(id(c))
    const lease = uploads.reserve()
    try {
      const body = hasBody(request) ? await readBody(request, environment.MAX_REQUEST_BYTES, lease) : null
      const files = open || listing ? null : await checks.filesOf(id(c))
      await checks.setLabels(id(c), body && body.byteLength > 0 ? await readLabels(body, files) : null)
    } finally {
      lease.release()
    }
    return state(c, 202)
  }

  async function labels(c: Context<AppEnv>): Promise<Response> {
    const { suggestions } = readOptions(cleanedLabelsParametersSchema, queryParameters(c.req.url))
    const { check } = await checks.stateOf(id(c))
    if (check === null || check.labels_only)
      throw new Problem('not_ready', 'This job has not been checked yet. Try again later.', { retryAfterSeconds: 5 })
    const headers = {
      ...NO_STORE,
      'content-type': RESULT_TYPES.csv,
      'content-disposition': 'attachment; filename="cleaned-labels.csv"',
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers })
    const input = await labeledPhotos(jobs, id(c), check)
    const pieces = abortOnError(cleanedLabels(input, { takeSuggestions: suggestions }), c, log)
    const body = Readable.toWeb(Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 16 }))
    return new Response(body as unknown as ReadableStream, { headers })
  }

  async function likePhoto(c: Context<AppEnv>): Promise<Response> {
    const { file, k } = readOptions(similarParametersSchema, queryParameters(c.req.url))
    const photos = await similar.like(id(c), file, k)
    return json(c, { photos } satisfies SimilarPhotosReply, 200, NO_STORE)
  }

  async function vectors(c: Context<AppEnv>): Promise<Response> {
    const { limit } = readOptions(vectorsParametersSchema, queryParameters(c.req.url))
    const { bytes, pieces } = await similar.vectors(id(c), limit)
    const headers = {
      ...NO_STORE,
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="vectors.safetensors"',
      'content-length': String(bytes),
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers })
    const body = Readable.toWeb(Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 16 }))
    return new Response(body as unknown as ReadableStream, { headers })
  }

  /** The embedding of a text, by the model that the job's photos have theirs from. */
  async function embedText(given: unknown, job: string, signal: AbortSignal): Promise<Float32Array> {
    const parsed = searchTextSchema.safeParse(given)
    if (!parsed.success)
      throw new Problem(
        'invalid_parameter',
        `text is invalid: ${parsed.error.issues[0]?.message ?? 'expected a text'}.`,
      )
    const { model } = await jobs.view(job)
    const own = await engine.model(model.id)
    const { id: base, revision } = own.base_model ?? model
    if ((own.base_model ? await engine.model(base) : own).text === null) {
      const detail = `The model of this job, ${model.id}, only knows its own labels. A search by words needs a text-image model, such as CLIP.`
      throw new Problem('conflict', detail)
    }
    const { embeddings, truncated } = await engine.embedText([parsed.data], { model: base, revision }, signal)
    if (truncated[0]) throw new Problem('invalid_parameter', `The text has more tokens than ${base} takes.`)
    return embeddings[0] ?? new Float32Array()
  }

  async function likeUpload(c: Context<AppEnv>): Promise<Response> {
    const query = queryParameters(c.req.url)
    const parameters = similarParametersSchema.omit({ file: true })
    readOptions(parameters, query)
    const { model } = await jobs.view(id(c))
    requireQueueSpace(engine)
    const lease = uploads.reserve()
    try {
      const { image, fields } = await readPhotoOrTexts(c.req.raw, environment, lease)
      const { k } = readOptions(parameters, query, fields)
      if ('texts' in image) {
        const text = await embedText(image.texts, id(c), c.req.raw.signal)
        return json(
          c,
          { photos: await similar.describedBy(id(c), text, k) } satisfies SimilarPhotosReply,
          200,
          NO_STORE,
        )
      }
      const request = { model: model.id, revision: model.revision }
      const { embedding } = await engine.embed(image, request, c.req.raw.signal)
      return json(c, { photos: await similar.near(id(c), embedding, k) } satisfies SimilarPhotosReply, 200, NO_STORE)
    } finally {
      lease.release()
    }
  }

  return {
    '/api/jobs/:id/check': { GET: (c) => state(c), POST: setLabels },
    '/api/jobs/:id/cleaned-labels': { GET: { withQuery: labels } },
    '/api/jobs/:id/vectors': { GET: { withQuery: vectors } },
    '/api/jobs/:id/similar': { GET: { withQuery: likePhoto }, POST: { withQuery: likeUpload } },
  }
}

function toReply({ state, progress, check }: CheckState): JobCheck {
  const failure = check?.failure ?? null
  return {
    state,
    progress,
    reason: failure,
    labels: typeof check?.labels === 'string' ? 'file' : 'folders',
    report: check && failure === null && !check.labels_only ? check.report : null,
  }
}

/** The classified photos of a job with their labels, and what was found about them. */
async function labeledPhotos(jobs: JobBackend, id: string, check: StoredCheck) {
  const photos: { index: number; file: string }[] = []
  const rows = await jobs.results(id, { only: 'ok' })
  for await (const { index = 0, file } of rows) photos.push({ index, file })
  const known = await knownLabels(
    photos.map(({ file }) => file),
    check.labels,
  )
  const found = new Map(check.found.map((one) => [one.index, one]))
  const list = photos.map(({ file }) => ({
    file,
    labels: labelsOf(known, file),
    split: known.splits.get(file) ?? null,
  }))
  return {
    photos: { list, severalLabels: known.several !== null },
    checks: photos.map(({ index }) => found.get(index) ?? NOTHING_FOUND),
  }
}
