import { readFileSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Problem } from '@/lib/shared/problem'
import { readCatalog } from './catalog/catalog'
import { watchModels } from './catalog/watch'
import { defaultWorkers } from './default-workers'
import { createEngine } from './engine/engine'
import type { Engine } from './engine/types'
import { type Environment, isDevelopment, readEnvironment } from './env'
import { fetchPhoto, permitted } from './fetch/photo-url'
import { postJson } from './fetch/post-json'
import { Gallery } from './gallery'
import { createApp } from './http/app'
import type { App, Services } from './http/services'
import { EmbeddedJobs } from './jobs/embedded'
import { Lifecycle } from './lifecycle'
import { createLog, type Log } from './log'
import { memoryLimit } from './observe/limits'
import { Metrics } from './observe/metrics'

/** Everything that lives as long as the process. */
export interface Runtime extends Services {
  app: App
  gallery: Gallery
  engine: Awaited<ReturnType<typeof createEngine>>
}

/** A worker with three models and a decoded photo of 50 megapixels stays below this. */
const LEAST_WORKER_BYTES = 500_000_000

/** Photos of jobs in flight: enough that no worker waits for the next. */
const LANES_A_WORKER = 4
const HOUR_MS = 3_600_000

/**
 * Next bundles route handlers and pages apart from the server's entry, so a module-level singleton would exist
 * once a bundle. The global symbol is the one place that all of them share.
 */
const KEY = Symbol.for('vision-object-classifier.runtime')
const world = globalThis as { [KEY]?: Held }

interface Held {
  stamp: Stamp
  /** When the code that made it was loaded. */
  loadedAt: number
  runtime: Promise<Runtime>
}

/** When this copy of the code was loaded: in development Next loads it anew after a change. */
const LOADED_AT = Date.now()

/** The process's runtime, made at the first call. In development it is made anew when server code has changed. */
export function getRuntime(): Promise<Runtime> {
  const stamp = isDevelopment() ? readStamp() : ALWAYS
  const held = world[KEY]
  if (held && !isOutdated(held, stamp)) return held.runtime
  // The jobs' folder has one owner at a time.
  const runtime = held
    ? held.runtime.then(({ jobs }) => jobs?.shutDown()).then(createRuntime, createRuntime)
    : createRuntime()
  world[KEY] = { stamp, loadedAt: LOADED_AT, runtime }
  // A start that failed is not kept: the next call tries again and says again what is wrong.
  runtime.catch(() => {
    if (world[KEY]?.runtime === runtime) delete world[KEY]
  })
  void held?.runtime.then(
    (old) => old.engine.close(),
    () => {},
  )
  return runtime
}

/**
 * The stamp is often written before Next has loaded the changed code. A request in between makes the runtime
 * once more from the old code: what was loaded after the stamp then replaces what was loaded before it.
 */
function isOutdated(held: Held, stamp: Stamp): boolean {
  if (held.stamp.code !== stamp.code) return true
  return held.loadedAt < stamp.writtenAt && stamp.writtenAt <= LOADED_AT
}

async function createRuntime(): Promise<Runtime> {
  const environment = readEnvironment()
  const log = createLog(environment.LOG_LEVEL)
  const workers = environment.ENGINE_WORKERS ?? (await defaultWorkers())
  const engine = await createEngine({
    catalog: () => readCatalog(fromRoot(environment.MODELS_DIR), environment.DEFAULT_MODEL_TYPE),
    workerScript: fromRoot(isDevelopment() ? 'dist/dev/worker.js' : 'dist/worker.js'),
    workers,
    workerMaxBytes: environment.WORKER_MAX_BYTES ?? defaultWorkerBytes(workers),
    workerTimeoutMs: environment.WORKER_TIMEOUT_MS,
    deadlineMs: environment.REQUEST_TIMEOUT_MS,
    maxPixels: environment.MAX_PIXELS,
    queue: { photos: environment.MAX_QUEUE, bytes: environment.MAX_QUEUE_BYTES },
    log,
  })
  watchModels(fromRoot(environment.MODELS_DIR), () => {
    log.info({}, 'the models have changed and are loaded again')
    engine
      .reload()
      .catch((err: Error) => log.error({ err }, 'the models cannot be loaded again; the old ones serve on'))
  })
  const services = {
    engine,
    jobs: openJobs(environment, engine, workers, log),
    environment,
    log,
    metrics: new Metrics(() => engine.stats()),
    lifecycle: new Lifecycle(),
    version: readVersion(),
  }
  return { ...services, app: createApp(services), gallery: new Gallery(fromRoot('public/gallery'), engine) }
}

function openJobs(environment: Environment, engine: Engine, workers: number, log: Log): EmbeddedJobs | null {
  if (environment.ENABLE_BATCH_PROCESSING === 'false') return null
  const fetching = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
  }
  const folder = fromRoot(environment.DATA_DIR)
  const options = {
    folder,
    engine,
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
    log,
  }
  try {
    return new EmbeddedJobs(options)
  } catch (error) {
    // Single photos need no folder.
    log.error(
      { DATA_DIR: folder, reason: (error as Error).message },
      'there are no batch jobs: the folder cannot be had',
    )
    return null
  }
}

/** Half of the memory belongs to the workers; one that grew beyond its share is replaced, but no small one. */
function defaultWorkerBytes(workers: number): number {
  return Math.max(LEAST_WORKER_BYTES, Math.round(memoryLimit(totalmem()) / 2 / workers))
}

/** A path of the project. The working directory is its root: every entry sees to that. */
function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(/* turbopackIgnore: true */ process.cwd(), path)
}

function readVersion(): string {
  return (JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }).version
}

/** Which code the development build holds, and since when (milliseconds since 1970). */
interface Stamp {
  code: string
  writtenAt: number
}

const ALWAYS: Stamp = { code: '', writtenAt: 0 }

function readStamp(): Stamp {
  const path = fromRoot('dist/dev/stamp')
  try {
    return { code: readFileSync(path, 'utf8'), writtenAt: statSync(path).mtimeMs }
  } catch {
    return ALWAYS
  }
}

export type { Environment }
