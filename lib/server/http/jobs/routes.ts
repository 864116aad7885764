import { timingSafeEqual } from 'node:crypto'
import type { Context, Handler } from 'hono'
import {
  addParametersSchema,
  type Job,
  type JobPhotos,
  jobParametersSchema,
  photosParametersSchema,
} from '@/lib/shared/jobs'
import { Problem } from '@/lib/shared/problem'
import type { Environment } from '../../env'
import type { Draft, EmbeddedJobs } from '../../jobs/embedded'
import type { ByteBudget } from '../byte-budget'
import { parseParameters, queryParameters } from '../parameters'
import type { AppEnv } from '../services'
import { jobEvents } from './events'
import { resultsParametersSchema, resultsReply } from './results'
import { addUpload, type JobUploadLimits } from './uploads'

type Routes = Record<string, Record<string, Handler<AppEnv>>>

const LONGEST_KEY = 200
const NAMES_A_PAGE = 10_000

/** Everything below `/api/jobs`: make, follow, end, read. A job is reached by its id, which nobody can guess, and by nothing else. */
export function jobRoutes(jobs: EmbeddedJobs, environment: Environment, uploads: ByteBudget): Routes {
  const limits: JobUploadLimits = {
    files: environment.MAX_FILES,
    bytes: environment.MAX_JOB_BYTES,
    imageBytes: environment.MAX_IMAGE_BYTES,
    requestBytes: environment.MAX_REQUEST_BYTES,
    urls: environment.URL_INPUT === 'true',
    folder: jobs.spool,
  }
  const id = (c: Context<AppEnv>) => c.req.param('id') ?? ''
  const fill = (c: Context<AppEnv>) => async (draft: Draft) => {
    const lease = uploads.lease()
    try {
      await addUpload(c.req.raw, draft, limits, lease)
    } finally {
      lease.release()
    }
  }

  async function create(c: Context<AppEnv>): Promise<Response> {
    const parameters = parseParameters(jobParametersSchema, queryParameters(c.req.url))
    const key = c.req.header('idempotency-key')
    if (key !== undefined && (key.length === 0 || key.length > LONGEST_KEY)) {
      throw new Problem('invalid_parameter', `The Idempotency-Key has from 1 to ${LONGEST_KEY} letters.`)
    }
    const { job, made } = await jobs.create(parameters, fill(c), key)
    return c.json(job, made ? 201 : 200, { location: `/api/jobs/${job.id}`, 'cache-control': 'no-store' })
  }

  function list(c: Context<AppEnv>): Response {
    requireAdmin(c.req.header('authorization'), environment.ADMIN_TOKEN as string)
    return c.json({ jobs: jobs.list() }, 200, { 'cache-control': 'no-store' })
  }

  function add(c: Context<AppEnv>): Promise<Job> {
    const { unique } = parseParameters(addParametersSchema, queryParameters(c.req.url))
    return jobs.add(id(c), fill(c), unique)
  }

  function photos(c: Context<AppEnv>): JobPhotos {
    const { offset } = parseParameters(photosParametersSchema, queryParameters(c.req.url))
    const { inputs } = jobs.get(id(c))
    return { files: inputs.slice(offset, offset + NAMES_A_PAGE).map(({ file }) => file), total: inputs.length }
  }

  return {
    '/api/jobs': { POST: create, ...(environment.ADMIN_TOKEN === undefined ? {} : { GET: list }) },
    '/api/jobs/:id': {
      GET: (c) => c.json(jobs.view(id(c)), 200, { 'cache-control': 'no-store' }),
      DELETE: (c) => {
        jobs.remove(id(c))
        return c.body(null, 204)
      },
    },
    '/api/jobs/:id/photos': {
      POST: async (c) => c.json(await add(c)),
      GET: (c) => c.json(photos(c), 200, { 'cache-control': 'no-store' }),
    },
    '/api/jobs/:id/pause': { POST: (c) => c.json(jobs.pause(id(c), true)) },
    '/api/jobs/:id/resume': { POST: (c) => c.json(jobs.pause(id(c), false)) },
    '/api/jobs/:id/close': { POST: (c) => c.json(jobs.close(id(c))) },
    '/api/jobs/:id/cancel': { POST: (c) => c.json(jobs.cancel(id(c))) },
    '/api/jobs/:id/retry': { POST: (c) => c.json(jobs.retryFailed(id(c))) },
    '/api/jobs/:id/results': {
      GET: (c) => resultsReply(jobs.get(id(c)), parseParameters(resultsParametersSchema, queryParameters(c.req.url))),
    },
    '/api/jobs/:id/events': { GET: (c) => jobEvents(c, jobs.get(id(c)), () => jobs.view(id(c))) },
  }
}

/** @throws Problem `unauthorized` */
function requireAdmin(header: string | undefined, token: string): void {
  const given = Buffer.from(header?.replace(/^Bearer /i, '') ?? '')
  const wanted = Buffer.from(token)
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return
  throw new Problem('unauthorized', 'The list of all jobs needs the operator’s token: Authorization: Bearer …')
}
