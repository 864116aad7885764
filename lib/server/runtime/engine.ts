import { totalmem } from 'node:os'
import { readCatalog } from '../catalog/catalog'
import { cores, type Environment, EnvironmentError } from '../config/environment'
import { insufficientMemory, megabytes, planMemory, SERVER_BYTES, workerBytes } from '../config/memory-plan'
import { createEngine } from '../engine/engine'
import type { CustomModelSource } from '../engine/engine-options'
import type { Engine } from '../engine/types'
import type { Log } from '../observe/log'
import { memoryLimit } from '../observe/resource-limits'
import { collectGarbageAbove } from './collect-garbage'
import { workerScript } from './worker-script'

/**
 * Opens the engine that the environment configures.
 *
 * @param sources `models` returns the models folder, which is read on each load; `custom` has the custom models
 * @throws EnvironmentError if there is too little memory
 */
export function openEngine(
  environment: Environment,
  { models, custom }: { models: () => string; custom: CustomModelSource },
  workers: number,
  log: Log,
) {
  const { MAX_QUEUE_BYTES, MAX_PIXELS } = environment
  const plan = planMemory(memoryLimit(totalmem()), MAX_QUEUE_BYTES)
  const lack = insufficientMemory(plan)
  if (lack !== null) throw new EnvironmentError(lack)
  if (plan.scarce) collectGarbageAbove(SERVER_BYTES)
  log.info(
    {
      memory_mb: megabytes(plan.memory),
      cores: cores(),
      workers,
      queue_mb: megabytes(MAX_QUEUE_BYTES),
      megapixels: megabytes(MAX_PIXELS),
      models: plan.scarce ? 'the default one; others on demand' : 'all',
    },
    'sized for the available memory and cores',
  )
  return createEngine({
    catalog: () => readCatalog(models(), environment.DEFAULT_MODEL_TYPE),
    custom,
    workerScript: workerScript(),
    workers,
    // One core is left to the rest of the start: the API and the pages.
    firstWorkers: Math.max(1, workers - 1),
    workerMaxBytes: environment.WORKER_MAX_BYTES ?? workerBytes(plan, workers),
    scarceMemory: plan.scarce,
    workerTimeoutMs: environment.WORKER_TIMEOUT_MS,
    deadlineMs: environment.REQUEST_TIMEOUT_MS,
    provider: environment.ENGINE_PROVIDER,
    maxPixels: MAX_PIXELS,
    queue: { photos: environment.MAX_QUEUE, bytes: MAX_QUEUE_BYTES },
    log,
  })
}

/**
 * Reloads the models next to the old ones. Returns whether the new ones serve; if they fail, logs it and keeps the old
 * ones.
 */
export async function reloadModels(engine: Engine, log: Log): Promise<boolean> {
  log.info({}, 'models changed: reloading')
  try {
    await engine.reload()
    return true
  } catch (err) {
    log.error({ err }, 'could not reload the models; still serving the previous ones')
    return false
  }
}
