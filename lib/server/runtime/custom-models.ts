import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Environment, isDevelopment } from '../config/environment'
import { fromRoot } from '../config/root'
import { DownloadedCopies, type LocalCopies } from '../custom-models/local-copies'
import { BUCKET_PREFIX, revisionPrefix } from '../custom-models/object-keys'
import { CustomModels } from '../custom-models/registry'
import { keepTidy } from '../custom-models/retention'
import { CustomModelService } from '../custom-models/service'
import { CustomModelStore } from '../custom-models/store'
import { watchHistory } from '../custom-models/watch'
import type { ModelSource } from '../engine/model-parts'
import type { Engine } from '../engine/types'
import type { Log } from '../observe/log'
import { FolderObjects } from '../storage/folder-objects'
import { createProcessFolder } from '../storage/process-folder'

/** The custom models of this server, and where they are kept. */
export interface OpenCustomModels {
  models: CustomModels
  store: CustomModelStore
  close(): void
}

/** In a folder, the system reports changes; this is for file systems that don't. */
const FOLDER_POLL_MS = 10_000
const HOUR_MS = 3_600_000

/**
 * Opens the custom models: in the bucket that instances share, or else in `DATA_DIR/models`. If the storage fails at
 * the moment, they appear once it works again.
 */
export async function openCustomModels(environment: Environment, log: Log): Promise<OpenCustomModels> {
  const { BUCKET, DATA_DIR } = environment
  const opened =
    BUCKET === undefined ? inFolder(join(fromRoot(DATA_DIR), 'models')) : await inBucket(environment, BUCKET)
  const { store, copies, pollMs, folder } = opened
  const models = new CustomModels(store, copies, opened.pauseMs, log)
  let lastWarning = ''
  async function look(): Promise<void> {
    try {
      await models.reload()
      lastWarning = ''
    } catch (error) {
      const { message: reason } = error as Error
      if (reason !== lastWarning) log.warn({ reason }, 'could not look for custom models; still serving the known ones')
      lastWarning = reason
    }
  }
  await look()
  const timer = pollMs > 0 ? setInterval(() => void look(), pollMs).unref() : undefined
  const stopWatching = folder === null ? () => {} : watchHistory(folder, () => void look())
  const stopTidying = keepTidy(store, models, HOUR_MS * environment.TRAINING_RETENTION_HOURS, log)
  return {
    models,
    store,
    close() {
      clearInterval(timer)
      stopWatching()
      stopTidying()
      opened.close()
    },
  }
}

/** Opens the training of custom models; null if it is turned off. */
export function openTraining(
  { TRAINING }: Environment,
  engine: Engine & ModelSource,
  { store, models }: OpenCustomModels,
): CustomModelService | null {
  if (TRAINING === 'off') return null
  const script = fromRoot(isDevelopment() ? 'dist/dev/training-worker.js' : 'dist/training-worker.js')
  return new CustomModelService({ engine, store, models, script, unlisted: TRAINING === 'visitors' })
}

interface Place {
  store: CustomModelStore
  copies: LocalCopies
  /** The folder that other processes may change, too; null for a bucket. */
  folder: string | null
  pollMs: number
  /** Between two looks for names that aren't known. */
  pauseMs: number
  close(): void
}

function inFolder(folder: string): Place {
  const copies = { folder: async (id: string, revision: string) => join(folder, revisionPrefix(id, revision)) }
  return {
    store: new CustomModelStore(new FolderObjects(folder)),
    copies,
    folder,
    pollMs: FOLDER_POLL_MS,
    pauseMs: 50,
    close() {},
  }
}

/** Loaded on demand: the AWS SDK is large. */
async function inBucket(
  { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, MODELS_REFRESH_SECONDS }: Environment,
  bucket: string,
): Promise<Place> {
  const [{ openBuckets }, { withPrefix }] = await Promise.all([
    import('../storage/buckets'),
    import('../storage/prefixed-objects'),
  ])
  const store = new CustomModelStore(withPrefix(openBuckets({ endpoint, region })(bucket), BUCKET_PREFIX))
  const own = createProcessFolder(tmpdir(), 'vision-custom-')
  const copies = new DownloadedCopies(store, own.path)
  return { store, copies, folder: null, pollMs: 1000 * MODELS_REFRESH_SECONDS, pauseMs: 1000, close: () => own.close() }
}
