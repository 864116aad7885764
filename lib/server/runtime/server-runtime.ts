import { join } from 'node:path'
import { providePageCookie } from '../auth/page-cookie'
import { SignIn } from '../auth/sign-in'
import type { Environment } from '../config/environment'
import { fromRoot } from '../config/root'
import { Lifecycle } from '../host/lifecycle'
import { createApp } from '../http/app'
import { Inference } from '../http/dialects/oip/inference'
import { MemoryBudget } from '../http/memory-budget'
import { photoRate } from '../http/photo-rate'
import { permitted } from '../keys/permitted-engine'
import type { Log } from '../observe/log'
import { Gallery } from '../pages/gallery'
import { localSite } from '../pages/local-site'
import { ResultCache } from '../result-cache/result-cache'
import { openCustomModels, openTraining } from './custom-models'
import { defaultWorkers } from './default-workers'
import { openEngine, reloadModels } from './engine'
import { openFeedback } from './feedback'
import { openCheckedJobs } from './job-checks'
import { openKeys, pageCookies } from './keys'
import { openMetrics } from './metrics'
import { openModels } from './models'
import { openRedis } from './redis'
import type { Runtime } from './runtime'
import { ownVersion, runtimeVersion } from './versions'

/** Creates a whole server: models, jobs, API. */
export async function createServerRuntime(environment: Environment, log: Log): Promise<Runtime> {
  const workers = environment.ENGINE_WORKERS ?? (await defaultWorkers())
  const models = await openModels(environment, log)
  const custom = await openCustomModels(environment, log)
  const engine = await openEngine(environment, { models: models.path, custom: custom.models }, workers, log)
  models.onChange(() => reloadModels(engine, log))
  const redis = await openRedis(environment, log)
  const bytes = environment.RESULT_CACHE_BYTES
  const keys = await openKeys(environment, redis, log)
  const folder = fromRoot(environment.DATA_DIR)
  const { jobs, checks } = await openCheckedJobs(environment, engine, { workers, folder, redis, keys, log })
  const version = ownVersion()
  const lifecycle = new Lifecycle()
  const build = { version, onnxruntime: runtimeVersion() }
  const metrics = openMetrics(environment, { service: 'web', stats: () => engine.stats(), jobs, build }, log)
  const resultCache = bytes > 0 ? new ResultCache(engine, { bytes, redis: redis ?? undefined }) : null
  if (keys) {
    keys.onUse = (key, usage) => metrics.keyUsed(key.name, usage)
    if (keys.required) providePageCookie(pageCookies(keys, environment))
  }
  const services = {
    ...(keys ? permitted(engine, resultCache, keys.permission) : { engine, resultCache }),
    redis,
    jobs,
    checks,
    training: openTraining(environment, engine, custom),
    feedback: await openFeedback(environment, engine, {
      folder: join(fromRoot(environment.DATA_DIR), 'feedback'),
      log,
    }),
    signIn: environment.BASIC_AUTH === undefined ? null : new SignIn(environment.BASIC_AUTH, environment.ADMIN_TOKEN),
    keys,
    environment,
    photoRate: photoRate(environment.RATE_LIMIT, redis),
    uploads: new MemoryBudget(environment.MAX_QUEUE_BYTES),
    inference: new Inference(engine, lifecycle, version),
    log,
    metrics,
    lifecycle,
    version,
  }
  const site = localSite(services, new Gallery(fromRoot('public/gallery'), engine))
  return {
    ...services,
    app: createApp({ ...services, site }),
    grpc: wantsGrpc(environment, log) ? services : null,
    site,
    async settled() {
      await engine.settled()
      return { ready: engine.ready(), workers: engine.stats().workers.wanted }
    },
    async release() {
      services.feedback?.close()
      await checks?.close()
      await services.jobs?.shutDown()
    },
    async close() {
      // Before the workers stop, so that the last line shows a working server.
      await metrics.close()
      await engine.close()
      await models.close()
      services.training?.close()
      await keys?.close()
      custom.close()
    },
  }
}

/** Whether calls over gRPC are answered: the protocol is a dialect, and the operator names a port. */
function wantsGrpc({ DIALECTS, GRPC_PORT }: Environment, log: Log): boolean {
  if (GRPC_PORT === undefined) return false
  const on = DIALECTS?.includes('oip') ?? true
  if (!on) log.warn({}, 'GRPC_PORT has no effect without oip in DIALECTS')
  return on
}
