import { totalmem } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { readCatalog } from './catalog/catalog'
import { createEngine } from './engine/engine'
import type { Engine } from './engine/types'
import { type Environment, isDevelopment } from './env'
import type { Log } from './log'
import { memoryLimit } from './observe/limits'

/** A worker with three models and a decoded photo of 50 megapixels stays below this. */
const LEAST_WORKER_BYTES = 500_000_000

/**
 * The engine as the environment asks for it.
 *
 * @param models the folder that they are read from at each load
 */
export function openEngine(environment: Environment, models: () => string, workers: number, log: Log) {
  return createEngine({
    catalog: () => readCatalog(models(), environment.DEFAULT_MODEL_TYPE),
    workerScript: fromRoot(isDevelopment() ? 'dist/dev/engine-worker.js' : 'dist/engine-worker.js'),
    workers,
    workerMaxBytes: environment.WORKER_MAX_BYTES ?? defaultWorkerBytes(workers),
    workerTimeoutMs: environment.WORKER_TIMEOUT_MS,
    deadlineMs: environment.REQUEST_TIMEOUT_MS,
    maxPixels: environment.MAX_PIXELS,
    queue: { photos: environment.MAX_QUEUE, bytes: environment.MAX_QUEUE_BYTES },
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

/** Half of the memory belongs to the workers; one that grew beyond its share is replaced, but no small one. */
function defaultWorkerBytes(workers: number): number {
  return Math.max(LEAST_WORKER_BYTES, Math.round(memoryLimit(totalmem()) / 2 / workers))
}

/** A path of the project. The working directory is its root: every entry sees to that. */
export function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(/* turbopackIgnore: true */ process.cwd(), path)
}
