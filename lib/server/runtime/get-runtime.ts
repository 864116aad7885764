import { readFileSync, statSync } from 'node:fs'
import { isDevelopment, readEnvironment, renamedOptions, requireBuiltPath } from '../config/environment'
import { fromRoot } from '../config/root'
import { createLog } from '../observe/log'
import { createDeviceRuntime } from './device-runtime'
import { createFrontRuntime } from './front-runtime'
import type { Runtime } from './runtime'
import { createServerRuntime } from './server-runtime'

/**
 * Next.js bundles route handlers and pages separately from the server's entry point, so there would be one
 * module-level singleton per bundle. All of them share this global symbol.
 */
const KEY = Symbol.for('vision-object-classifier.runtime')
const globals = globalThis as { [KEY]?: HeldRuntime }

interface HeldRuntime {
  stamp: Stamp
  /** When the code that created it was loaded. */
  loadedAt: number
  runtime: Promise<Runtime>
}

/** When this copy of the code was loaded: in development, Next.js reloads it after a change. */
const LOADED_AT = Date.now()

/**
 * The runtime of the process, created on the first call. In development, it is recreated after server code has
 * changed.
 */
export function getRuntime(): Promise<Runtime> {
  const stamp = isDevelopment() ? readStamp() : ALWAYS
  const held = globals[KEY]
  if (held && !isOutdated(held, stamp)) return held.runtime
  // Only one runtime at a time may own the jobs folder.
  const runtime = held
    ? held.runtime.then((old) => old.release()).then(createRuntime, createRuntime)
    : Promise.resolve().then(createRuntime)
  globals[KEY] = { stamp, loadedAt: LOADED_AT, runtime }
  // A failed start isn't cached: the next call tries again and reports the error again.
  runtime.catch(() => {
    if (globals[KEY]?.runtime === runtime) delete globals[KEY]
  })
  void held?.runtime.then(
    (old) => old.close(),
    () => {},
  )
  return runtime
}

/** How long after a change Next.js may still load older code (milliseconds). */
const SETTLING_MS = 30_000

/**
 * The stamp is often written before Next.js has loaded the changed code, and after two quick changes it may load the
 * first although the stamp is for both. So shortly after a stamp, code that was loaded later replaces code that was
 * loaded earlier.
 */
function isOutdated(held: HeldRuntime, stamp: Stamp): boolean {
  if (held.stamp.code !== stamp.code) return true
  return held.loadedAt < LOADED_AT && held.loadedAt < stamp.writtenAt + SETTLING_MS
}

function createRuntime(): Promise<Runtime> | Runtime {
  const environment = readEnvironment()
  requireBuiltPath(environment)
  const log = createLog(environment)
  for (const { name, now } of renamedOptions()) {
    log.warn({ name, now }, 'option renamed: use the new name')
  }
  const { API_URL, INFERENCE } = environment
  if (API_URL !== undefined) return createFrontRuntime(environment, API_URL, log)
  return INFERENCE === 'browser' ? createDeviceRuntime(environment, log) : createServerRuntime(environment, log)
}

/** The code version of the development build and when it was written (milliseconds since 1970). */
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
