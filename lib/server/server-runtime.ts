import { join } from 'node:path'
import { AnswerCache } from './answers/answer-cache'
import { SignIn } from './auth/sign-in'
import { defaultWorkers } from './default-workers'
import type { Environment } from './env'
import { Gallery } from './gallery'
import { createApp } from './http/app'
import { Lifecycle } from './lifecycle'
import { localSite } from './local-site'
import type { Log } from './log'
import { fromRoot, openEngine, reloadModels } from './open-engine'
import { openFeedback } from './open-feedback'
import { openJobs } from './open-jobs'
import { openMetrics } from './open-metrics'
import { openModels } from './open-models'
import { openRedis } from './open-redis'
import type { Runtime } from './running'
import { ownVersion, runtimeVersion } from './versions'

/** A whole server: models, jobs, API. */
export async function createServerRuntime(environment: Environment, log: Log): Promise<Runtime> {
  const workers = environment.ENGINE_WORKERS ?? (await defaultWorkers())
  const models = await openModels(environment, log)
  const engine = await openEngine(environment, models.path, workers, log)
  models.onChange(() => reloadModels(engine, log))
  const redis = await openRedis(environment, log)
  const bytes = environment.RESULT_CACHE_BYTES
  const jobs = await openJobs(environment, engine, { workers, folder: fromRoot(environment.DATA_DIR), redis, log })
  const version = ownVersion()
  const build = { version, onnxruntime: runtimeVersion() }
  const metrics = openMetrics(environment, { service: 'web', stats: () => engine.stats(), jobs, build }, log)
  const services = {
    engine,
    redis,
    answers: bytes > 0 ? new AnswerCache(engine, { bytes, redis: redis ?? undefined }) : null,
    jobs,
    feedback: await openFeedback(environment, engine, {
      folder: join(fromRoot(environment.DATA_DIR), 'feedback'),
      log,
    }),
    signIn: environment.BASIC_AUTH === undefined ? null : new SignIn(environment.BASIC_AUTH, environment.ADMIN_TOKEN),
    environment,
    log,
    metrics,
    lifecycle: new Lifecycle(),
    version,
  }
  const site = localSite(services, new Gallery(fromRoot('public/gallery'), engine))
  return {
    ...services,
    app: createApp({ ...services, site }),
    site,
    async settled() {
      await engine.settled()
      return { ready: engine.ready(), workers: engine.stats().workers.wanted }
    },
    async leave() {
      services.feedback?.close()
      await services.jobs?.shutDown()
    },
    async close() {
      // Before the workers end: the last line is of a server that served.
      await metrics.close()
      await engine.close()
      await models.close()
    },
  }
}
