import { Problem } from '@/lib/shared/problems/problem'

/** An object in a listing. */
export interface ObjectInfo {
  key: string
  size: number
  etag: string
  /** Set if the bucket keeps versions. */
  version?: string
  /** When it was last written (milliseconds since 1970). */
  modified: number
}

export interface StoredObject {
  bytes: Uint8Array
  metadata: Record<string, string>
}

export interface GetOptions {
  signal?: AbortSignal | undefined
  /** Only if the object still has this tag. */
  etag?: string | undefined
  version?: string | undefined
  /** @throws Problem `too_large` if it is larger */
  maxBytes?: number
}

export interface PutOptions {
  signal?: AbortSignal | undefined
  metadata?: Record<string, string>
  type?: string
  /** Keeps an existing object. */
  ifAbsent?: boolean
}

/** A bucket's error for a location: its name and message. */
export class BucketError extends Error {
  override readonly name = 'StoreError'

  constructor(
    readonly location: string,
    message: string,
  ) {
    super(message)
  }
}

/** The bucket responds, but refuses this one object. If the object is our own, that is as bad as no response. */
export class ObjectRefusedError extends Problem {
  constructor(
    location: string,
    readonly reason: string,
  ) {
    const detail = `The bucket refused access to an object (${reason.split(':')[0]}). Try again.`
    super('not_ready', detail, { retryAfterSeconds: 5, cause: new BucketError(location, reason) })
  }
}

/**
 * A store of objects by key. Calls retry transient failures for up to a minute; lasting ones reject with Problem
 * `not_ready`.
 */
export interface ObjectStore {
  readonly name: string
  /** Writes an object completely. → false if it exists and `ifAbsent` is set. */
  put(key: string, body: Uint8Array | string, options?: PutOptions): Promise<boolean>
  /** Writes an object piece by piece, in bounded memory. The object exists only once all pieces are written. */
  putStream(key: string, pieces: AsyncIterable<string>, type: string, signal: AbortSignal): Promise<void>
  /** Null if there is none. @throws Problem `conflict` if it no longer has the given tag */
  get(key: string, options?: GetOptions): Promise<StoredObject | null>
  /** The object's metadata; null if there is no such object. */
  metadata(key: string, signal?: AbortSignal): Promise<Record<string, string> | null>
  /** The store's clock (milliseconds since 1970, in whole seconds). */
  now(signal?: AbortSignal): Promise<number>
  /** Objects by key, page by page. */
  list(prefix: string, options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<ObjectInfo[]>
  /** The same for the current objects, with their versions if the bucket keeps any. */
  listCurrent(prefix: string, options?: { after?: string; signal?: AbortSignal }): AsyncGenerator<ObjectInfo[]>
  /** Names one level below a prefix, which ends with a slash. */
  folders(prefix: string, signal?: AbortSignal): AsyncGenerator<string>
  /** Removes objects. It isn't an error if they don't exist. */
  remove(keys: readonly string[]): Promise<void>
}
