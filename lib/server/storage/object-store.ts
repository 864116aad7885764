import { Problem } from '@/lib/shared/problems/problem'

/** An object as a listing tells of it. */
export interface ObjectInfo {
  key: string
  size: number
  etag: string
  /** Where the bucket keeps versions. */
  version?: string
  /** When it was written last (milliseconds since 1970). */
  modified: number
}

export interface StoredObject {
  bytes: Uint8Array
  metadata: Record<string, string>
}

export interface GetOptions {
  signal?: AbortSignal | undefined
  /** Only the object that had this tag when it was listed. */
  etag?: string | undefined
  version?: string | undefined
  /** @throws Problem `too_large` where it is larger (bytes) */
  maxBytes?: number
}

export interface PutOptions {
  signal?: AbortSignal | undefined
  metadata?: Record<string, string>
  type?: string
  /** Leaves an object alone that is there already. */
  ifAbsent?: boolean
}

/** What a store said of a place, by its name for the trouble and in its words. */
export class BucketError extends Error {
  override readonly name = 'StoreError'

  constructor(
    readonly location: string,
    message: string,
  ) {
    super(message)
  }
}

/** The store answers, and refuses this one object. Where the object is the store's own that is as bad as no answer. */
export class ObjectRefusedError extends Problem {
  constructor(
    location: string,
    readonly reason: string,
  ) {
    const detail = `The bucket refuses an object (${reason.split(':')[0]}). Try again.`
    super('not_ready', detail, { retryAfterSeconds: 5, cause: new BucketError(location, reason) })
  }
}

/**
 * A place for objects by key. Calls are tried again within for what passes, a minute at most in all; what lasts rejects with Problem `not_ready`.
 */
export interface ObjectStore {
  readonly name: string
  /** Writes an object whole. Whether it was written: false where it is there already and was to be written once. */
  put(key: string, body: Uint8Array | string, options?: PutOptions): Promise<boolean>
  /** Writes an object piece by piece, in bounded memory; it is there only when all pieces are. */
  putStream(key: string, pieces: AsyncIterable<string>, type: string, signal: AbortSignal): Promise<void>
  /** Null where there is none. @throws Problem `conflict` where it is not the one with that tag any more */
  get(key: string, options?: GetOptions): Promise<StoredObject | null>
  /** What is kept beside the object; null where there is none. */
  metadata(key: string, signal?: AbortSignal): Promise<Record<string, string> | null>
  /** The store's own time (milliseconds since 1970; it tells whole seconds). */
  now(signal?: AbortSignal): Promise<number>
  /** Objects by key, a page at a time. */
  list(prefix: string, options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<ObjectInfo[]>
  /** The same of the objects as they are now, with their versions where the bucket keeps any. */
  listCurrent(prefix: string, options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<ObjectInfo[]>
  /** Names one level below a prefix that ends with a slash. */
  folders(prefix: string, signal?: AbortSignal): AsyncGenerator<string>
  /** Objects that are not there count as removed. */
  remove(keys: readonly string[]): Promise<void>
}
