import { join } from 'node:path'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { type Environment, EnvironmentError } from '../config/environment'
import { fromRoot } from '../config/root'
import { KeyRegistry } from '../keys/registry'
import { KeyService } from '../keys/service'
import { KeyStore } from '../keys/store'
import { FileMeter } from '../keys/usage/file-meter'
import { RedisMeter } from '../keys/usage/redis-meter'
import { UsageCopies } from '../keys/usage/usage-copies'
import { FileVersions, NO_VERSIONS, RedisVersions } from '../keys/versions'
import type { Log } from '../observe/log'
import type { RedisClient } from '../redis/connect'
import { FolderObjects, type Objects } from '../storage/folder-objects'

/** Prefix of the objects in the bucket. */
const BUCKET_PREFIX = 'keys/'

type KeyLog = Pick<Log, 'warn' | 'error'>

/**
 * Opens the keys as configured; null if they are turned off.
 *
 * @throws EnvironmentError if instances couldn't share them: each would accept what another one has revoked
 */
export async function openKeys(
  environment: Environment,
  redis: RedisClient | null,
  log: KeyLog,
): Promise<KeyService | null> {
  const { API_KEYS, INSTANCES, BUCKET } = environment
  if (API_KEYS === 'off') return null
  if (INSTANCES > 1 && (redis === null || BUCKET === undefined)) {
    const needs = `API_KEYS=${API_KEYS} with INSTANCES=${INSTANCES} needs REDIS_URL and BUCKET`
    throw new EnvironmentError(`${needs}, so that all instances know the same keys`)
  }
  return openKeyService(environment, redis, log)
}

/** Opens the keys for a process that manages them, even if no server of this environment asks for any. */
export async function openKeyService(
  environment: Environment,
  redis: RedisClient | null,
  log: KeyLog,
): Promise<KeyService> {
  const { BUCKET, DATA_DIR, API_KEYS } = environment
  const folder = join(fromRoot(DATA_DIR), 'keys')
  const objects = BUCKET === undefined ? new FolderObjects(folder) : await bucketObjects(environment, BUCKET)
  const store = new KeyStore(objects)
  const shared = BUCKET === undefined ? new FileVersions(join(folder, 'version')) : NO_VERSIONS
  const versions = BUCKET !== undefined && redis !== null ? new RedisVersions(redis) : shared
  const meter =
    redis === null ? new FileMeter(join(folder, 'usage'), log) : new RedisMeter(redis, new UsageCopies(objects))
  return new KeyService(store, new KeyRegistry(store, versions, log), meter, API_KEYS === 'required')
}

/** How pages get the session that lets them use an API that requires keys. */
export function pageCookies(
  keys: Pick<KeyService, 'sessions'>,
  { TRUST_PROXY }: Environment,
): (headers: Headers) => Promise<string | null> {
  return async (headers) => {
    const secure = TRUST_PROXY > 0 && headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https'
    // Without the storage, the page is still worth showing: it says that the server isn't ready.
    const sessions = await keys.sessions().catch(() => null)
    return sessions?.renew(headers.get('cookie') ?? undefined, Date.now(), { path: BASE_PATH, secure }) ?? null
  }
}

/** Loaded on demand: the AWS SDK is large. */
async function bucketObjects(
  { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region }: Environment,
  bucket: string,
): Promise<Objects> {
  const [{ openBuckets }, { withPrefix }] = await Promise.all([
    import('../storage/buckets'),
    import('../storage/prefixed-objects'),
  ])
  return withPrefix(openBuckets({ endpoint, region })(bucket), BUCKET_PREFIX)
}
