import type { Context } from 'hono'
import {
  addParametersSchema,
  type Job,
  type JobPhotos,
  jobParametersSchema,
  photosParametersSchema,
} from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import { underBase } from '@/lib/shared/web/base-path'
import type { JobBackend } from '../../jobs/backend'
import { meterUpload, requireJob } from '../../keys/metered-draft'
import { hasOperator, requireOperator } from '../admin'
import { json } from '../json-response'
import type { MemoryBudget } from '../memory-budget'
import { queryParameters, readOptions } from '../parameters'
import type { AppEnv, Endpoint, Endpoints, Services } from '../services'
import { checkRoutes } from './check'
import { jobEvents } from './events'
import { resultsParametersSchema, resultsReply } from './results'
import { type JobUpload, type JobUploadLimits, openUpload, refuseOptions } from './uploads'

type Routes = Record<string, Endpoints>

const MAX_KEY_LENGTH = 200
const NAMES_PER_PAGE = 10_000
/** Approximate characters per page of names, which may be long. */
const CHARS_PER_PAGE = 1_000_000

/** Everything under `/api/jobs`. A job can only be reached by its ID, which can't be guessed. */
export function jobRoutes(
  jobs: JobBackend,
  services: Pick<Services, 'engine' | 'environment' | 'keys' | 'log' | 'checks'>,
  uploads: MemoryBudget,
): Routes {
  const { engine, environment, keys, log, checks } = services
  const limits: JobUploadLimits = {
    files: environment.MAX_FILES,
    bytes: environment.MAX_JOB_BYTES,
    imageBytes: environment.MAX_IMAGE_BYTES,
    requestBytes: environment.MAX_REQUEST_BYTES,
    urls: environment.URL_INPUT === 'true',
    folder: jobs.uploadFolder,
  }
  const id = (c: Context<AppEnv>) => c.req.param('id') ?? ''

  /** Opens the upload of a request for as long as it is used. */
  async function withUpload<T>(c: Context<AppEnv>, use: (upload: JobUpload) => Promise<T>): Promise<T> {
    const lease = uploads.reserve()
    let upload: JobUpload | undefined
    try {
      upload = await openUpload(c.req.raw, limits, lease)
      return await use(upload)
    } finally {
      await upload?.close()
      lease.release()
    }
  }

  async function create(c: Context<AppEnv>): Promise<Response> {
    const query = queryParameters(c.req.url)
    // Before the body is read: an invalid query is refused without an upload.
    readOptions(jobParametersSchema, query)
    const key = c.req.header('idempotency-key')
    if (key !== undefined && (key.length === 0 || key.length > MAX_KEY_LENGTH)) {
      throw new Problem('invalid_parameter', `The Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters.`)
    }
    const { job, created } = await withUpload(c, async ({ options, fill }) => {
      const parameters = readOptions(jobParametersSchema, query, options)
      if (!keys) return jobs.create(parameters, (draft) => fill(draft, parameters.zip_names), key)
      await requireJob(keys.permission, engine, parameters)
      const upload = meterUpload(keys.permission)
      try {
        const created = await jobs.create(
          parameters,
          (draft) => fill(upload.draft(draft), parameters.zip_names),
          key,
          keys.permission.keyId(),
        )
        // A repeated request has added nothing.
        if (created.created) upload.keep()
        else await upload.undo()
        return created
      } catch (error) {
        await upload.undo()
        throw error
      }
    })
    return json(c, job, created ? 201 : 200, {
      location: underBase(`/api/jobs/${job.id}`),
      'cache-control': 'no-store',
    })
  }

  async function list(c: Context<AppEnv>): Promise<Response> {
    requireOperator(c, environment)
    return json(c, { jobs: await jobs.list() }, 200, { 'cache-control': 'no-store' })
  }

  async function deadLetters(c: Context<AppEnv>): Promise<Response> {
    requireOperator(c, environment)
    return json(c, { dead_letters: (await jobs.deadLetters?.()) ?? [] }, 200, { 'cache-control': 'no-store' })
  }

  async function add(c: Context<AppEnv>): Promise<Job> {
    const query = queryParameters(c.req.url)
    readOptions(addParametersSchema, query)
    return withUpload(c, async ({ options, fill }) => {
      const { unique, zip_names } = readOptions(addParametersSchema, query, options)
      const upload = keys && meterUpload(keys.permission)
      try {
        return await jobs.add(id(c), (draft) => fill(upload?.draft(draft) ?? draft, zip_names), unique)
      } finally {
        // Photos that were added before a refusal stay.
        upload?.keep()
      }
    })
  }

  async function photos(c: Context<AppEnv>): Promise<JobPhotos> {
    const { offset } = readOptions(photosParametersSchema, queryParameters(c.req.url))
    const { files, total } = await jobs.photos(id(c), offset, NAMES_PER_PAGE)
    let chars = 0
    let count = 0
    while (count < files.length && chars < CHARS_PER_PAGE) chars += (files[count++] as string).length
    return { files: files.slice(0, count), total }
  }

  /** An action on a job, without options. */
  function action(run: (job: string) => Promise<Job>): Endpoint {
    return async (c) => {
      await refuseOptions(c.req.raw, uploads)
      return json(c, await run(id(c)))
    }
  }

  return {
    '/api/jobs': { POST: { withQuery: create }, ...(hasOperator(environment) ? { GET: list } : {}) },
    ...(hasOperator(environment) && jobs.deadLetters ? { '/api/dead-letters': { GET: deadLetters } } : {}),
    '/api/jobs/:id': {
      GET: async (c) => json(c, await jobs.view(id(c)), 200, { 'cache-control': 'no-store' }),
      DELETE: async (c) => {
        await jobs.remove(id(c))
        return c.body(null, 204)
      },
    },
    '/api/jobs/:id/photos': {
      POST: { withQuery: async (c) => json(c, await add(c)) },
      GET: { withQuery: async (c) => json(c, await photos(c), 200, { 'cache-control': 'no-store' }) },
    },
    '/api/jobs/:id/pause': { POST: action((job) => jobs.pause(job, true)) },
    '/api/jobs/:id/resume': { POST: action((job) => jobs.pause(job, false)) },
    '/api/jobs/:id/close': { POST: action((job) => jobs.close(job)) },
    '/api/jobs/:id/cancel': { POST: action((job) => jobs.cancel(job)) },
    '/api/jobs/:id/retry': { POST: action((job) => jobs.retryFailed(job)) },
    '/api/jobs/:id/results': {
      GET: {
        withQuery: (c) =>
          resultsReply(c, { jobs, log }, id(c), readOptions(resultsParametersSchema, queryParameters(c.req.url))),
      },
    },
    ...(checks ? checkRoutes(jobs, checks, services, uploads) : {}),
    '/api/jobs/:id/events': { GET: async (c) => jobEvents(c, await jobs.feed(id(c))) },
  }
}
