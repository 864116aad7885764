import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { MirrorError, ModelMirror } from '../catalog/mirror'
import { watchModels } from '../catalog/watch'
import type { Environment } from '../config/environment'
import { fromRoot } from '../config/root'
import type { Log } from '../observe/log'
import { folderPrefix, parseLocation } from '../storage/location'
import { createProcessFolder, type ProcessFolder } from '../storage/process-folder'

/** Where the models are, whoever keeps them. */
export interface Models {
  /** The folder that they are read from now. */
  path(): string
  /** Calls after other models have come; the call says whether they are what serves now. */
  onChange(changed: () => Promise<boolean>): void
  /** Looks at once whether other models have come; resolves when who asked for it has been called. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** A set may be on its way into the bucket while this starts: file by file, the checksums last. */
const ATTEMPTS = 4
const WAIT_MS = 5_000

/**
 * The models as MODELS_DIR says: a folder, or `s3://bucket/prefix`, of which this process then has a copy of its own.
 *
 * @throws Error with one line for the operator where a bucket has no whole set
 */
export async function openModels(environment: Environment, log: Log): Promise<Models> {
  const location = parseLocation(environment.MODELS_DIR)
  if (location === null) return localModels(fromRoot(environment.MODELS_DIR))
  const { openBuckets } = await import('../storage/buckets')
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = environment
  const store = openBuckets({ endpoint, region })(location.bucket)
  const own = createProcessFolder(tmpdir(), 'vision-models-')
  const mirror = new ModelMirror(store, folderPrefix(location), own.path)
  try {
    await fetchFirst(mirror, environment.MODELS_DIR)
  } catch (error) {
    own.close()
    throw error
  }
  log.info({ from: environment.MODELS_DIR }, 'the models are fetched')
  return mirroredModels(mirror, own, environment.MODELS_REFRESH_SECONDS * 1000, log)
}

function localModels(folder: string): Models {
  let stop = () => {}
  return {
    path: () => folder,
    onChange(changed) {
      stop = watchModels(folder, () => void changed())
    },
    refresh: async () => {},
    close: async () => stop(),
  }
}

async function fetchFirst(mirror: ModelMirror, from: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mirror.refresh()
      return
    } catch (error) {
      if (error instanceof MirrorError && error.mayPass && attempt < ATTEMPTS) {
        await sleep(WAIT_MS)
        continue
      }
      throw new Error(`the models of ${from} cannot be had: ${reasonOf(error)}`, { cause: error })
    }
  }
}

/** A bucket that is away, or has half a set, changes nothing: what was fetched serves on. */
function mirroredModels(mirror: ModelMirror, own: ProcessFolder, everyMs: number, log: Log): Models {
  const stop = new AbortController()
  let changed: () => Promise<boolean> = async () => true
  let running: Promise<void> | null = null
  let complained = ''

  async function look(): Promise<void> {
    try {
      // Where the new ones do not serve the old ones do, and need their files.
      if ((await mirror.refresh(stop.signal)) && (await changed())) await mirror.forgetOlder()
      complained = ''
    } catch (error) {
      if (stop.signal.aborted) return
      const reason = reasonOf(error)
      if (reason !== complained) log.warn({ reason }, 'new models cannot be had; those that are here serve on')
      complained = reason
    }
  }
  function refresh(): Promise<void> {
    running ??= look().finally(() => {
      running = null
    })
    return running
  }
  const timer = everyMs > 0 ? setInterval(() => void refresh(), everyMs).unref() : undefined
  return {
    path: () => mirror.path,
    onChange(listener) {
      changed = listener
    },
    refresh,
    async close() {
      clearInterval(timer)
      stop.abort(new Error('this process stops'))
      await running
      own.close()
    },
  }
}

/** What the operator reads: behind a Problem stands what S3 said. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return error instanceof MirrorError || !(cause instanceof Error) ? message : cause.message
}
