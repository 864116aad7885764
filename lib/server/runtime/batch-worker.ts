import { setPriority } from 'node:os'
import { EnvironmentError, ecsAgentUri, readEnvironment } from '../config/environment'
import { ScaleInProtection } from '../host/scale-in-protection'
import { onSignals } from '../host/signals'
import { BatchWorker } from '../jobs/distributed/batch-worker'
import { createLog } from '../observe/log'
import { connectRedis } from '../redis/connect'
import { EVICTION_WARNING, evictionPolicy } from '../redis/eviction'
import { RedisMonitor } from '../redis/monitor'
import { openCustomModels } from './custom-models'
import { defaultWorkers } from './default-workers'
import { openEngine, reloadModels } from './engine'
import { checkScript } from './job-checks'
import { jobDependencies } from './jobs'
import { openKeyService } from './keys'
import { openMetrics } from './metrics'
import { openModels } from './models'

/** Share of the shutdown time for finishing shards before they are left to another worker. */
const FINISH_SHARE = 0.8

/**
 * Runs a batch worker for all instances until a signal arrives.
 *
 * @throws EnvironmentError if the shared Redis or bucket isn't configured
 */
export async function runBatchWorker(): Promise<void> {
  const environment = readEnvironment()
  const { REDIS_URL, BUCKET, SHUTDOWN_TIMEOUT_MS } = environment
  if (REDIS_URL === undefined || BUCKET === undefined) {
    throw new EnvironmentError('REDIS_URL and BUCKET are not set; a batch worker gets its work from them')
  }
  // On a machine that also serves interactive requests, those come first.
  setPriority(environment.BATCH_NICE)
  const log = createLog(environment)
  const monitor = new RedisMonitor(log)
  const [redis, blocking] = await Promise.all([
    connectRedis(REDIS_URL, { monitor }),
    connectRedis(REDIS_URL, { monitor, blocking: true }),
  ])
  const eviction = await evictionPolicy(redis)
  if (eviction?.losesJobs) throw new EnvironmentError(`${EVICTION_WARNING} (it is ${eviction.policy})`)
  if (eviction) log.warn(eviction, EVICTION_WARNING)
  const workers = environment.ENGINE_WORKERS ?? (await defaultWorkers())
  const models = await openModels(environment, log)
  const custom = await openCustomModels(environment, log)
  const engine = await openEngine(environment, { models: models.path, custom: custom.models }, workers, log)
  models.onChange(() => reloadModels(engine, log))
  await engine.settled()
  const metrics = openMetrics(environment, { service: 'worker', stats: () => engine.stats() }, log)
  // Also if this process has no API_KEYS: jobs name the keys that they are counted for.
  const keys = await openKeyService(environment, redis, log)
  const dependencies = await jobDependencies(environment, workers, (id, sizes) => keys.takeListed(id, sizes))
  const agent = ecsAgentUri()
  const protection = agent === undefined ? undefined : new ScaleInProtection(agent, log)
  const worker = new BatchWorker({
    ...dependencies,
    engine,
    store: dependencies.sources.buckets(BUCKET),
    redis,
    blocking,
    log,
    protection,
    checkScript: checkScript(),
    onClassified: (model, timings) => metrics.photo(model, timings),
    refreshModels: async () => {
      await Promise.all([models.refresh(), custom.models.refresh()])
    },
  })
  await worker.ready()
  log.info({ bucket: BUCKET, workers, ready: engine.ready() }, 'ready for batch work')
  process.send?.({ kind: 'ready' })

  async function stop(): Promise<void> {
    log.info({}, 'stopping')
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref()
    await worker.close(FINISH_SHARE * SHUTDOWN_TIMEOUT_MS)
    await protection?.release()
    await keys.close()
    await metrics.close()
    await engine.close()
    await models.close()
    custom.close()
    redis.disconnect()
    blocking.disconnect()
    log.info({}, 'stopped')
    process.exit(0)
  }
  onSignals(stop, log)
}
