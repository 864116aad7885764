import {
  type _Object,
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Problem } from '@/lib/shared/problems/problem'
import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { sha256Of } from '../event-loop/digest'
import { locationOf } from './location'
import {
  BucketError,
  type GetOptions,
  type ObjectInfo,
  ObjectRefusedError,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from './object-store'

/** How to reach S3. The SDK's own environment variables and roles provide the rest. */
export interface S3Options {
  /** Of a compatible server; AWS if absent. */
  endpoint?: string | undefined
  region?: string | undefined
}

const ATTEMPTS = 5
const LARGE_BYTES = 2_000_000
const CONNECT_MS = 3_000
const REQUEST_MS = 10_000
/** All attempts of one call. */
const CALL_MS = 60_000
const MAX_SOCKETS = 64
/** S3 requires parts of at least 5 MiB, except for the last. */
const PART_BYTES = 8 << 20
/** Maximum keys per delete call. */
const DELETE_BATCH = 1000

export function s3Client({ endpoint, region }: S3Options): S3Client {
  return new S3Client({
    maxAttempts: ATTEMPTS,
    // TLS and the lengths show whether a response is complete; another checksum costs a tenth of each read.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined && endpoint !== undefined ? { region: 'us-east-1' } : {}),
    ...(region === undefined ? {} : { region }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  })
}

/** Sets the digest that the request is signed with. The SDK would compute it in one go and block the event loop. */
function addDigest(command: PutObjectCommand, digest: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-amz-content-sha256'] = digest
      return next(args)
    },
    { step: 'build', name: 'digestInSlices' },
  )
}

/** A bucket on S3 or on a compatible server that supports conditional writes (`If-None-Match`). */
export class S3Bucket implements ObjectStore {
  constructor(
    private readonly client: S3Client,
    readonly name: string,
  ) {}

  async put(key: string, body: Uint8Array | string, options: PutOptions = {}): Promise<boolean> {
    const { signal, metadata, type, ifAbsent } = options
    const input = { Bucket: this.name, Key: key, Body: body, Metadata: metadata, ContentType: type }
    const command = new PutObjectCommand({ ...input, ...(ifAbsent ? { IfNoneMatch: '*' } : {}) })
    if (typeof body !== 'string' && body.byteLength > LARGE_BYTES) addDigest(command, await sha256Of(body))
    try {
      await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal }))
      return true
    } catch (error) {
      if (ifAbsent && status(error) === 412) return false
      // Of two concurrent writes, AWS tells one to retry. The object exists then.
      if (ifAbsent && status(error) === 409) return this.put(key, body, options)
      throw unavailable(error, this.locationOf(key), signal)
    }
  }

  async putStream(key: string, pieces: AsyncIterable<string>, type: string, signal: AbortSignal): Promise<void> {
    const Bucket = this.name
    const first = new CreateMultipartUploadCommand({ Bucket, Key: key, ContentType: type })
    const { UploadId } = await withDeadline(signal, (abortSignal) => this.client.send(first, { abortSignal })).catch(
      (error) => Promise.reject(unavailable(error, this.locationOf(key), signal)),
    )
    const upload = { Bucket, Key: key, UploadId }
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = []
      for await (const Body of blocks(pieces)) {
        const PartNumber = Parts.length + 1
        const command = new UploadPartCommand({ ...upload, PartNumber, Body })
        const { ETag } = await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal }))
        Parts.push({ PartNumber, ETag })
      }
      const last = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })
      await withDeadline(signal, (abortSignal) => this.client.send(last, { abortSignal }))
    } catch (error) {
      // Incomplete parts cost money; a bucket's lifecycle rule removes what this can't.
      await this.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {})
      throw unavailable(error, this.locationOf(key), signal)
    }
  }

  async get(key: string, { signal, etag, version, maxBytes }: GetOptions = {}): Promise<StoredObject | null> {
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, IfMatch: etag, VersionId: version })
    try {
      return await withDeadline(signal, async (abortSignal) => {
        const { Body, ContentLength = 0, Metadata = {} } = await this.client.send(command, { abortSignal })
        if (maxBytes !== undefined && ContentLength > maxBytes) {
          ;(Body as { destroy?(): void } | undefined)?.destroy?.()
          throw new Problem('too_large', tooLargeDetail(ContentLength, maxBytes))
        }
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), metadata: Metadata }
      })
    } catch (error) {
      if (status(error) === 404 && (error as Error).name !== 'NoSuchBucket') return null
      if (status(error) === 412) throw new Problem('conflict', 'The object has changed since the job was created.')
      throw unavailable(error, this.locationOf(key), signal)
    }
  }

  async metadata(key: string, signal?: AbortSignal): Promise<Record<string, string> | null> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key })
    try {
      const { Metadata = {} } = await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal }))
      return Metadata
    } catch (error) {
      if (status(error) === 404) return null
      throw unavailable(error, this.locationOf(key), signal)
    }
  }

  async now(signal?: AbortSignal): Promise<number> {
    const command = new ListObjectsV2Command({ Bucket: this.name, MaxKeys: 1 })
    let date = ''
    // The SDK exposes headers only to middleware.
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as { headers?: Record<string, string> }).headers?.date ?? ''
        return result
      },
      { step: 'deserialize', name: 'date' },
    )
    await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal })).catch((error) =>
      Promise.reject(unavailable(error, this.locationOf(''), signal)),
    )
    const time = Date.parse(date)
    if (Number.isNaN(time)) throw new Problem('not_ready', 'The bucket did not return its time.')
    return time
  }

  async *list(prefix: string, { after, signal }: { after?: string; signal?: AbortSignal } = {}) {
    let token: string | undefined
    do {
      const page = new ListObjectsV2Command({
        Bucket: this.name,
        Prefix: prefix,
        ContinuationToken: token,
        ...(token === undefined && after !== undefined ? { StartAfter: after } : {}),
      })
      const { Contents = [], NextContinuationToken } = await withDeadline(signal, (abortSignal) =>
        this.client.send(page, { abortSignal }),
      ).catch((error) => Promise.reject(unavailable(error, this.locationOf(prefix), signal)))
      yield Contents.map(infoOf)
      token = NextContinuationToken
    } while (token !== undefined)
  }

  async *listCurrent(prefix: string, options: { after?: string; signal?: AbortSignal } = {}) {
    yield* (await this.isVersioned(options.signal)) ? this.listVersions(prefix, options) : this.list(prefix, options)
  }

  private async *listVersions(prefix: string, { after, signal }: { after?: string; signal?: AbortSignal }) {
    const input = { Bucket: this.name, Prefix: prefix }
    let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = { KeyMarker: after }
    for (let more = true; more; ) {
      const command = new ListObjectVersionsCommand({ ...input, ...marker })
      const page = await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal })).catch(
        (error) => Promise.reject(unavailable(error, this.locationOf(prefix), signal)),
      )
      yield (page.Versions ?? [])
        .filter(
          ({ IsLatest, Key = '' }) =>
            IsLatest && (after === undefined || Buffer.compare(Buffer.from(Key), Buffer.from(after)) > 0),
        )
        .map(
          (version): ObjectInfo => ({
            ...infoOf(version),
            ...(version.VersionId ? { version: version.VersionId } : {}),
          }),
        )
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      more = page.IsTruncated === true
    }
  }

  /** Credentials that may read objects don't always allow this. Objects are then identified by their tags. */
  private async isVersioned(signal?: AbortSignal): Promise<boolean> {
    const command = new GetBucketVersioningCommand({ Bucket: this.name })
    try {
      return (
        (await withDeadline(signal, (abortSignal) => this.client.send(command, { abortSignal }))).Status === 'Enabled'
      )
    } catch (error) {
      if (status(error) === 403 || status(error) === 501) return false
      throw unavailable(error, this.locationOf(''), signal)
    }
  }

  private locationOf(key: string): string {
    return locationOf(this.name, key)
  }

  async *folders(prefix: string, signal?: AbortSignal): AsyncGenerator<string> {
    let token: string | undefined
    do {
      const input = { Bucket: this.name, Prefix: prefix, Delimiter: '/', ContinuationToken: token }
      const { CommonPrefixes = [], NextContinuationToken } = await withDeadline(signal, (abortSignal) =>
        this.client.send(new ListObjectsV2Command(input), { abortSignal }),
      ).catch((error) => Promise.reject(unavailable(error, this.locationOf(prefix), signal)))
      for (const { Prefix = '' } of CommonPrefixes) yield Prefix.slice(prefix.length, -1)
      token = NextContinuationToken
    } while (token !== undefined)
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_BATCH) {
      const Objects = keys.slice(at, at + DELETE_BATCH).map((Key) => ({ Key }))
      const command = new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } })
      await withDeadline(undefined, (abortSignal) => this.client.send(command, { abortSignal })).catch((error) =>
        Promise.reject(unavailable(error, this.locationOf(keys[at] ?? ''))),
      )
    }
  }
}

function infoOf({ Key = '', Size = 0, ETag = '', LastModified }: _Object): ObjectInfo {
  return { key: Key, size: Size, etag: ETag, modified: LastModified?.getTime() ?? 0 }
}

/** Limits the time of a call with all its attempts. */
function withDeadline<T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(CALL_MS)
  return call(signal ? AbortSignal.any([signal, deadline]) : deadline)
}

function status(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}

/**
 * Errors for one object, while the bucket works otherwise: it is archived, encrypted with an inaccessible key, or
 * forbidden.
 */
const REFUSAL_NAMES = /^(AccessDenied|InvalidObjectState|InvalidRequest|KMS\..+)$/

/**
 * What to throw: the abort reason, a problem unchanged, or else that the bucket isn't working. The cause has the
 * location.
 */
function unavailable(error: unknown, location: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof Problem) return error
  const { name, message } = error as Error
  const code = status(error)
  if ((code === 400 || code === 403) && REFUSAL_NAMES.test(name))
    return new ObjectRefusedError(location, `${name}: ${message}`)
  const detail = `The bucket is not responding properly (${name}). Try again.`
  const cause = new BucketError(location, `${name}: ${message}`)
  return new Problem('not_ready', detail, { retryAfterSeconds: 5, cause })
}

async function* blocks(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let bytes = 0
  for await (const piece of pieces) {
    held.push(Buffer.from(piece))
    bytes += piece.length
    if (bytes < PART_BYTES) continue
    yield Buffer.concat(held)
    held = []
    bytes = 0
  }
  yield Buffer.concat(held)
}
