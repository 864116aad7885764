import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import type { JobBackend } from '../jobs/backend'
import { LeasedBackend } from '../jobs/embedded/leased-backend'
import type { Log } from '../observe/log'
import { fetchPhoto, permitted } from '../photo-url/fetch-photo'
import { postJson } from '../photo-url/post-json'
import type { RedisClient } from '../redis/connect'
import type { Buckets } from '../storage/buckets'

/** Photos of jobs in flight: enough that no worker waits for the next. */
const LANES_A_WORKER = 4
const HOUR_MS = 3_600_000

/** What jobs need of the world outside, whichever way they are run. */
export async function jobDependencies(environment: Environment, workers: number) {
  const fetching = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
  }
  return {
    concurrency: LANES_A_WORKER * workers,
    sources: {
      buckets: await bucketsOf(environment),
      allowed: environment.JOBS_S3_PREFIXES,
      maxPhotos: environment.JOBS_S3_MAX_FILES,
    },
    imageBytes: environment.MAX_IMAGE_BYTES,
    retentionMs: environment.JOB_RETENTION_HOURS * HOUR_MS,
    fetchPhoto: (url: string, signal: AbortSignal) => fetchPhoto(url, fetching, signal),
    post: (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) =>
      postJson(url, body, headers, fetching, signal),
    postMs: environment.URL_INPUT_TIMEOUT_MS,
    requireAllowedUrl(url: string) {
      if (environment.URL_INPUT === 'false') throw new Problem('url_refused', 'This server calls nobody back.')
      permitted(url, fetching)
    },
  }
}

type JobDependencies = Awaited<ReturnType<typeof jobDependencies>>

/** The jobs as the environment asks for them; null, and one line that says why, where there can be none. */
export async function openJobs(
  environment: Environment,
  engine: Engine,
  { workers, folder, redis, log }: { workers: number; folder: string; redis: RedisClient | null; log: Log },
): Promise<JobBackend | null> {
  if (environment.ENABLE_BATCH_PROCESSING === 'false') return null
  const options = { ...(await jobDependencies(environment, workers)), engine, folder, log }
  const { BUCKET, INSTANCES } = environment
  const shared = redis !== null && BUCKET !== undefined
  if (!shared && INSTANCES > 1) {
    log.error({ INSTANCES }, 'there are no batch jobs: several instances share them only by REDIS_URL and BUCKET')
    return null
  }
  if (shared && (await evicts(redis, log))) return null
  try {
    return shared ? await openDistributed(environment, { ...options, redis }) : await LeasedBackend.open(options)
  } catch (error) {
    // Single photos need neither.
    const { message: reason } = error as Error
    log.error({ DATA_DIR: folder, reason }, 'there are no batch jobs: the folder cannot be had')
    return null
  }
}

/** Whether jobs would be lost in a Redis that throws away what is in use; said in one line. */
async function evicts(redis: RedisClient, log: Log): Promise<boolean> {
  const { EVICTION_WARNING, evictionPolicy } = await import('../redis/eviction')
  const eviction = await evictionPolicy(redis)
  if (eviction?.losesJobs) log.error(eviction, `there are no batch jobs: ${EVICTION_WARNING}`)
  else if (eviction) log.warn(eviction, EVICTION_WARNING)
  return eviction?.losesJobs === true
}

/** Loaded only where it is needed: BullMQ is large. */
async function openDistributed(
  { BUCKET = '' }: Environment,
  options: JobDependencies & { engine: Engine; folder: string; redis: RedisClient },
): Promise<JobBackend> {
  const { DistributedBackend } = await import('../jobs/distributed/backend')
  return new DistributedBackend({ ...options, store: options.sources.buckets(BUCKET) })
}

/** Loaded only where there is a bucket to be read: the AWS SDK is large. */
async function bucketsOf(environment: Environment): Promise<Buckets> {
  const { BUCKET, JOBS_S3_PREFIXES, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = environment
  if (BUCKET === undefined && JOBS_S3_PREFIXES.length === 0) {
    return () => {
      throw new Error('this server reads no bucket')
    }
  }
  const { openBuckets } = await import('../storage/buckets')
  return openBuckets({ endpoint, region })
}
