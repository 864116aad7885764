import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { MirrorError, ModelMirror } from '../catalog/mirror'
import { watchModels } from '../catalog/watch'
import type { Environment } from '../config/environment'
import { fromRoot } from '../config/root'
import type { Log } from '../observe/log'
import { folderPrefix, parseLocation } from '../storage/location'
import { createProcessFolder, type ProcessFolder } from '../storage/process-folder'

/** Access to the models, local or in a bucket. */
export interface Models {
  /** The folder to read them from. */
  path(): string
  /** Calls back when the models have changed; the callback returns whether the new ones serve. */
  onChange(changed: () => Promise<boolean>): void
  /** Checks for new models immediately; resolves after the callback has finished. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** A model set may still be uploading to the bucket at startup: file by file, the checksums last. */
const ATTEMPTS = 4
const WAIT_MS = 5_000

/**
 * Opens the models in MODELS_DIR: a folder, or `s3://bucket/prefix`, which this process copies to a folder of its own.
 *
 * @throws Error with a one-line message for the operator if the bucket has no complete set
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
    await downloadWithRetries(mirror, environment.MODELS_DIR)
  } catch (error) {
    own.close()
    throw error
  }
  log.info({ from: environment.MODELS_DIR }, 'models downloaded')
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

async function downloadWithRetries(mirror: ModelMirror, from: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mirror.refresh()
      return
    } catch (error) {
      if (error instanceof MirrorError && error.isTransient && attempt < ATTEMPTS) {
        await sleep(WAIT_MS)
        continue
      }
      throw new Error(`could not get the models from ${from}: ${reasonOf(error)}`, { cause: error })
    }
  }
}

/** If the bucket is unreachable or incomplete, nothing changes: the downloaded models keep serving. */
function mirroredModels(mirror: ModelMirror, own: ProcessFolder, everyMs: number, log: Log): Models {
  const stop = new AbortController()
  let changed: () => Promise<boolean> = async () => true
  let running: Promise<void> | null = null
  let lastWarning = ''

  async function check(): Promise<void> {
    try {
      // If the new models don't serve, the old ones do and need their files.
      if ((await mirror.refresh(stop.signal)) && (await changed())) await mirror.removeOlder()
      lastWarning = ''
    } catch (error) {
      if (stop.signal.aborted) return
      const reason = reasonOf(error)
      if (reason !== lastWarning) log.warn({ reason }, 'could not get new models; still serving the current ones')
      lastWarning = reason
    }
  }
  function refresh(): Promise<void> {
    running ??= check().finally(() => {
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
      stop.abort(new Error('the process is shutting down'))
      await running
      own.close()
    },
  }
}

/** The message for the operator: the cause of a Problem is the error from S3. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return error instanceof MirrorError || !(cause instanceof Error) ? message : cause.message
}
