import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AnswerCache } from './answers/answer-cache'
import { SignIn } from './auth/sign-in'
import { watchModels } from './catalog/watch'
import { defaultWorkers } from './default-workers'
import type { createEngine } from './engine/engine'
import { type Environment, isDevelopment, readEnvironment } from './env'
import { Gallery } from './gallery'
import { createApp } from './http/app'
import type { App, Services } from './http/services'
import { Lifecycle } from './lifecycle'
import { createLog } from './log'
import { Metrics } from './observe/metrics'
import { fromRoot, openEngine } from './open-engine'
import { openFeedback } from './open-feedback'
import { openJobs } from './open-jobs'
import { openRedis } from './open-redis'

/** Everything that lives as long as the process. */
export interface Runtime extends Services {
  app: App
  gallery: Gallery
  engine: Awaited<ReturnType<typeof createEngine>>
}

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
    ? held.runtime
        .then(({ jobs, feedback }) => {
          feedback?.close()
          return jobs?.shutDown()
        })
        .then(createRuntime, createRuntime)
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

/** How long after a change Next may still load code that is older than the change (milliseconds). */
const SETTLING = 30_000

/**
 * The stamp is often written before Next has loaded the changed code, and of two quick changes Next may load the
 * first when the stamp tells of both. So soon after a stamp, code that was loaded later replaces what was loaded
 * before it.
 */
function isOutdated(held: Held, stamp: Stamp): boolean {
  if (held.stamp.code !== stamp.code) return true
  return held.loadedAt < LOADED_AT && held.loadedAt < stamp.writtenAt + SETTLING
}

async function createRuntime(): Promise<Runtime> {
  const environment = readEnvironment()
  const log = createLog(environment.LOG_LEVEL)
  const workers = environment.ENGINE_WORKERS ?? (await defaultWorkers())
  const engine = await openEngine(environment, workers, log)
  watchModels(fromRoot(environment.MODELS_DIR), () => {
    log.info({}, 'the models have changed and are loaded again')
    engine
      .reload()
      .catch((err: Error) => log.error({ err }, 'the models cannot be loaded again; the old ones serve on'))
  })
  const redis = await openRedis(environment, log)
  const bytes = environment.RESULT_CACHE_BYTES
  const services = {
    engine,
    redis,
    answers: bytes > 0 ? new AnswerCache(engine, { bytes, redis: redis ?? undefined }) : null,
    jobs: await openJobs(environment, engine, { workers, folder: fromRoot(environment.DATA_DIR), redis, log }),
    feedback: await openFeedback(environment, engine, {
      folder: join(fromRoot(environment.DATA_DIR), 'feedback'),
      log,
    }),
    signIn: environment.BASIC_AUTH === undefined ? null : new SignIn(environment.BASIC_AUTH, environment.ADMIN_TOKEN),
    environment,
    log,
    metrics: new Metrics(() => engine.stats()),
    lifecycle: new Lifecycle(),
    version: readVersion(),
  }
  return { ...services, app: createApp(services), gallery: new Gallery(fromRoot('public/gallery'), engine) }
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
