import { totalmem } from 'node:os'
import { readCatalog } from '../catalog/catalog'
import { cores, type Environment, EnvironmentError, isDevelopment } from '../config/environment'
import { megabytes, planMemory, SERVER_BYTES, tooLittle, workerBytes } from '../config/memory-plan'
import { fromRoot } from '../config/root'
import { createEngine } from '../engine/engine'
import type { Engine } from '../engine/types'
import { memoryLimit } from '../observe/limits'
import type { Log } from '../observe/log'
import { collectGarbageAbove } from './collect-garbage'

/**
 * The engine as the environment asks for it.
 *
 * @param models the folder that they are read from at each load
 * @throws EnvironmentError where there is too little memory for it
 */
export function openEngine(environment: Environment, models: () => string, workers: number, log: Log) {
  const { MAX_QUEUE_BYTES, MAX_PIXELS } = environment
  const plan = planMemory(memoryLimit(totalmem()), MAX_QUEUE_BYTES)
  const lack = tooLittle(plan)
  if (lack !== null) throw new EnvironmentError(lack)
  if (plan.scarce) collectGarbageAbove(SERVER_BYTES)
  log.info(
    {
      memory_mb: megabytes(plan.memory),
      cores: cores(),
      workers,
      queue_mb: megabytes(MAX_QUEUE_BYTES),
      megapixels: megabytes(MAX_PIXELS),
      models: plan.scarce ? 'the default one, others when they are asked for' : 'all',
    },
    'chosen for the memory and the cores that there are',
  )
  return createEngine({
    catalog: () => readCatalog(models(), environment.DEFAULT_MODEL_TYPE),
    workerScript: fromRoot(isDevelopment() ? 'dist/dev/engine-worker.js' : 'dist/engine-worker.js'),
    workers,
    workerMaxBytes: environment.WORKER_MAX_BYTES ?? workerBytes(plan, workers),
    scarceMemory: plan.scarce,
    workerTimeoutMs: environment.WORKER_TIMEOUT_MS,
    deadlineMs: environment.REQUEST_TIMEOUT_MS,
    maxPixels: MAX_PIXELS,
    queue: { photos: environment.MAX_QUEUE, bytes: MAX_QUEUE_BYTES },
    log,
  })
}

/** Loads the models again, beside the old ones. Whether they serve now: where that fails, one line says so and the old ones serve on. */
export async function reloadModels(engine: Engine, log: Log): Promise<boolean> {
  log.info({}, 'the models have changed and are loaded again')
  try {
    await engine.reload()
    return true
  } catch (err) {
    log.error({ err }, 'the models cannot be loaded again; the old ones serve on')
    return false
  }
}
