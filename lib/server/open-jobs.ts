import { Problem } from '@/lib/shared/problem'
import type { Engine } from './engine/types'
import type { Environment } from './env'
import { fetchPhoto, permitted } from './fetch/photo-url'
import { postJson } from './fetch/post-json'
import { EmbeddedJobs } from './jobs/embedded/jobs'
import type { Jobs } from './jobs/jobs'
import type { Log } from './log'
import type { RedisClient } from './redis/connect'

/** Photos of jobs in flight: enough that no worker waits for the next. */
const LANES_A_WORKER = 4
const HOUR_MS = 3_600_000

/** What jobs need of the world outside, whichever way they are run. */
export function jobSurroundings(environment: Environment, workers: number) {
  const fetching = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
  }
  return {
    lanes: LANES_A_WORKER * workers,
    imageBytes: environment.MAX_IMAGE_BYTES,
    retentionMs: environment.JOB_RETENTION_HOURS * HOUR_MS,
    fetchPhoto: (url: string, signal: AbortSignal) => fetchPhoto(url, fetching, signal),
    post: (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) =>
      postJson(url, body, headers, fetching, signal),
    requireAddress(url: string) {
      if (environment.URL_INPUT === 'false') throw new Problem('url_refused', 'This server calls nobody back.')
      permitted(url, fetching)
    },
  }
}

/** The jobs as the environment asks for them; null, and one line that says why, where there can be none. */
export async function openJobs(
  environment: Environment,
  engine: Engine,
  { workers, folder, redis, log }: { workers: number; folder: string; redis: RedisClient | null; log: Log },
): Promise<Jobs | null> {
  if (environment.ENABLE_BATCH_PROCESSING === 'false') return null
  const options = { ...jobSurroundings(environment, workers), engine, folder, log }
  const { BUCKET, INSTANCES } = environment
  const shared = redis !== null && BUCKET !== undefined
  if (!shared && INSTANCES > 1) {
    log.error({ INSTANCES }, 'there are no batch jobs: several instances share them only by REDIS_URL and BUCKET')
    return null
  }
  try {
    return shared ? await openDistributed(environment, { ...options, redis }) : new EmbeddedJobs(options)
  } catch (error) {
    // Single photos need neither.
    const { message: reason } = error as Error
    log.error({ DATA_DIR: folder, reason }, 'there are no batch jobs: the folder cannot be had')
    return null
  }
}

/** Loaded only where it is needed: BullMQ and the AWS SDK are large. */
async function openDistributed(
  environment: Environment,
  options: ReturnType<typeof jobSurroundings> & { engine: Engine; folder: string; redis: RedisClient },
): Promise<Jobs> {
  const [{ DistributedJobs }, { S3Bucket, s3Client }] = await Promise.all([
    import('./jobs/distributed/jobs'),
    import('./storage/s3'),
  ])
  const { BUCKET = '', AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = environment
  return new DistributedJobs({ ...options, store: new S3Bucket(s3Client({ endpoint, region }), BUCKET) })
}
