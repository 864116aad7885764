import type { CatalogEntry } from '../catalog/catalog'

/** The logger for messages to the operator. */
export interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface EngineOptions {
  /** Lists the models to load. Called again on each reload. */
  catalog: () => Promise<CatalogEntry[]>
  /** Path of the built worker script. */
  workerScript: string
  workers: number
  workerTimeoutMs: number
  /** A worker that uses more memory is replaced once it is idle. */
  workerMaxBytes: number
  /** Releases memory eagerly, and unloads models other than the default one when they are not in use. */
  scarceMemory?: boolean
  deadlineMs: number
  maxPixels: number
  queue: { photos: number; bytes: number }
  log: EngineLog
}
