import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import type { JobBackend } from '../jobs/backend'
import { LeasedBackend } from '../jobs/embedded/leased-backend'
import type { Charge } from '../jobs/source'
import type { KeyService } from '../keys/service'
import type { Log } from '../observe/log'
import { fetchPhoto } from '../photo-url/fetch-photo'
import { postJson } from '../photo-url/post-json'
import { parseAllowedUrl } from '../photo-url/safe-request'
import type { RedisClient } from '../redis/connect'
import type { Buckets } from '../storage/buckets'

/** Photos in flight per worker: enough to keep each worker busy. */
const LANES_PER_WORKER = 4
const HOUR_MS = 3_600_000

/**
 * The external dependencies of jobs, for either backend.
 *
 * @param charge counts photos that jobs list in a bucket
 */
export async function jobDependencies(environment: Environment, workers: number, charge: Charge) {
  const fetching = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
  }
  return {
    concurrency: LANES_PER_WORKER * workers,
    sources: {
      buckets: await bucketsOf(environment),
      allowed: environment.JOBS_S3_PREFIXES,
      maxPhotos: environment.JOBS_S3_MAX_FILES,
      charge,
    },
    imageBytes: environment.MAX_IMAGE_BYTES,
    retentionMs: environment.JOB_RETENTION_HOURS * HOUR_MS,
    fetchPhoto: (url: string, signal: AbortSignal) => fetchPhoto(url, fetching, signal),
    post: (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) =>
      postJson(url, body, headers, fetching, signal),
    postMs: environment.URL_INPUT_TIMEOUT_MS,
    requireAllowedUrl(url: string) {
      if (environment.URL_INPUT === 'false')
        throw new Problem('url_refused', 'This server doesn’t send callbacks. Remove callback_url.')
      parseAllowedUrl(url, fetching)
    },
  }
}

type JobDependencies = Awaited<ReturnType<typeof jobDependencies>>

export interface OpenJobs {
  workers: number
  folder: string
  redis: RedisClient | null
  keys: KeyService | null
  log: Log
  /** Called for jobs with a check that are done here; with batch workers, never. */
  onDone(id: string): void
}

/** Counts listed photos for the key of their job, unless keys were turned off meanwhile. */
function chargeWith(keys: KeyService | null): Charge {
  return async (id, sizes) => (keys ? keys.takeListed(id, sizes) : { taken: sizes.length, refusal: null })
}

/** Opens the jobs backend as configured; null if jobs are off, or if they can't work, which is logged. */
export async function openJobs(
  environment: Environment,
  engine: Engine,
  { workers, keys, ...options }: OpenJobs,
): Promise<JobBackend | null> {
  if (environment.ENABLE_BATCH_PROCESSING === 'false') return null
  const { folder, redis, log } = options
  const dependencies = { ...(await jobDependencies(environment, workers, chargeWith(keys))), ...options, engine }
  const { BUCKET, INSTANCES } = environment
  const shared = redis !== null && BUCKET !== undefined
  if (!shared && INSTANCES > 1) {
    log.error({ INSTANCES }, 'batch jobs are off: set REDIS_URL and BUCKET to share them between several instances')
    return null
  }
  if (shared && (await losesKeys(redis, log))) return null
  try {
    return shared
      ? await openDistributed(environment, { ...dependencies, redis })
      : await LeasedBackend.open(dependencies)
  } catch (error) {
    // Classifying single photos needs neither.
    const { message: reason } = error as Error
    log.error({ DATA_DIR: folder, reason }, 'batch jobs are off: their storage is not available')
    return null
  }
}

/** Whether Redis evicts keys in use, and so would lose jobs. Logs it. */
async function losesKeys(redis: RedisClient, log: Log): Promise<boolean> {
  const { EVICTION_WARNING, evictionPolicy } = await import('../redis/eviction')
  const eviction = await evictionPolicy(redis)
  if (eviction?.losesJobs) log.error(eviction, `batch jobs are off: ${EVICTION_WARNING}`)
  else if (eviction) log.warn(eviction, EVICTION_WARNING)
  return eviction?.losesJobs === true
}

/** Loaded on demand: BullMQ is large. */
async function openDistributed(
  { BUCKET = '' }: Environment,
  options: JobDependencies & { engine: Engine; folder: string; redis: RedisClient; log: Log },
): Promise<JobBackend> {
  const { DistributedBackend } = await import('../jobs/distributed/backend')
  return new DistributedBackend({ ...options, store: options.sources.buckets(BUCKET) })
}

/** Loaded on demand: the AWS SDK is large. */
async function bucketsOf(environment: Environment): Promise<Buckets> {
  const { BUCKET, JOBS_S3_PREFIXES, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = environment
  if (BUCKET === undefined && JOBS_S3_PREFIXES.length === 0) {
    return () => {
      throw new Error('this server has no bucket configured')
    }
  }
  const { openBuckets } = await import('../storage/buckets')
  return openBuckets({ endpoint, region })
}
