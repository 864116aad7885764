import { providePageCookie } from '../auth/page-cookie'
import { SignIn } from '../auth/sign-in'
import { readCatalog } from '../catalog/catalog'
import type { Environment } from '../config/environment'
import { fromRoot } from '../config/root'
import { createDeviceEngine } from '../engine/on-device/device-engine'
import { Lifecycle } from '../host/lifecycle'
import { createApp } from '../http/app'
import { Inference } from '../http/dialects/oip/inference'
import { MemoryBudget } from '../http/memory-budget'
import { photoRate } from '../http/photo-rate'
import { permitted } from '../keys/permitted-engine'
import type { Log } from '../observe/log'
import { Gallery } from '../pages/gallery'
import { localSite } from '../pages/local-site'
import { reloadModels } from './engine'
import { openKeys, pageCookies } from './keys'
import { openMetrics } from './metrics'
import { openModels } from './models'
import { openRedis } from './redis'
import type { Runtime } from './runtime'
import { ownVersion } from './versions'

/**
 * Creates a server for `INFERENCE=browser`: the pages, and the models for the browsers that run them. It loads no model
 * and starts no process.
 */
export async function createDeviceRuntime(environment: Environment, log: Log): Promise<Runtime> {
  const models = await openModels(environment, log)
  const engine = await createDeviceEngine({
    catalog: () => readCatalog(models.path(), environment.DEFAULT_MODEL_TYPE),
    maxPixels: environment.MAX_PIXELS,
    log,
  })
  models.onChange(() => reloadModels(engine, log))
  const redis = await openRedis(environment, log)
  const keys = await openKeys(environment, redis, log)
  const version = ownVersion()
  const lifecycle = new Lifecycle()
  const metrics = openMetrics(environment, { service: 'web', stats: () => engine.stats(), build: { version } }, log)
  if (keys) {
    keys.onUse = (key, usage) => metrics.keyUsed(key.name, usage)
    if (keys.required) providePageCookie(pageCookies(keys, environment))
  }
  const services = {
    ...(keys ? permitted(engine, null, keys.permission) : { engine, resultCache: null }),
    redis,
    jobs: null,
    checks: null,
    training: null,
    feedback: null,
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
  const site = localSite(services, new Gallery(fromRoot('public/gallery'), engine, false))
  return {
    ...services,
    app: createApp({ ...services, site }),
    grpc: null,
    site,
    settled: async () => ({ ready: engine.ready(), workers: 0 }),
    release: async () => {},
    async close() {
      await metrics.close()
      await models.close()
      await keys?.close()
    },
  }
}
