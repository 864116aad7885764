import { readFileSync, statSync } from 'node:fs'
import { isDevelopment, oldNames, readEnvironment, requireBuiltPath } from '../config/environment'
import { fromRoot } from '../config/root'
import { createLog } from '../observe/log'
import { createFrontRuntime } from './front'
import type { Runtime } from './runtime'
import { createServerRuntime } from './server'

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
    ? held.runtime.then((old) => old.leave()).then(createRuntime, createRuntime)
    : Promise.resolve().then(createRuntime)
  world[KEY] = { stamp, loadedAt: LOADED_AT, runtime }
  // A start that failed is not kept: the next call tries again and says again what is wrong.
  runtime.catch(() => {
    if (world[KEY]?.runtime === runtime) delete world[KEY]
  })
  void held?.runtime.then(
    (old) => old.close(),
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

function createRuntime(): Promise<Runtime> | Runtime {
  const environment = readEnvironment()
  requireBuiltPath(environment)
  const log = createLog(environment)
  for (const { name, now } of oldNames()) {
    log.warn({ name, now }, 'an option has its old name; it is called otherwise now')
  }
  const { API_URL } = environment
  return API_URL === undefined ? createServerRuntime(environment, log) : createFrontRuntime(environment, API_URL, log)
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
