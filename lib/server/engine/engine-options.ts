import type { CatalogEntry } from '../catalog/catalog'
import type { Model } from './model'
import type { Provider } from './provider'

/** The logger for messages to the operator. */
export interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Custom models besides those of the catalog. */
export interface CustomModelSource {
  /** The current revision of each. */
  list(): readonly Model[]
  /** Looks for changes, unless it just did. */
  refresh(): Promise<void>
  /**
   * A revision that may no longer be current.
   *
   * @throws Problem `unknown_model`
   */
  revision(id: string, revision: string): Promise<Model>
}

export interface EngineOptions {
  /** Lists the models to load. Called again on each reload. */
  catalog: () => Promise<CatalogEntry[]>
  /** The custom models, which come and go without a reload. */
  custom?: CustomModelSource | undefined
  /** Path of the built worker script. */
  workerScript: string
  workers: number
  /** How many workers start at once: all by default. The others follow when one of them has loaded the models. */
  firstWorkers?: number
  workerTimeoutMs: number
  /** A worker that uses more memory is replaced once it is idle. */
  workerMaxBytes: number
  /** Releases memory eagerly, and unloads models other than the default one when they are not in use. */
  scarceMemory?: boolean
  /** What models run on: the CPU by default, and where another provider can't run one. */
  provider?: Provider
  deadlineMs: number
  maxPixels: number
  queue: { photos: number; bytes: number }
  log: EngineLog
}
