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
  type GetOptions,
  type ObjectInfo,
  ObjectRefused,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
  StoreError,
} from './objects'

/** How S3 is reached: the SDK's own environment variables and roles say the rest. */
export interface S3Options {
  /** Of a compatible server; AWS's own where absent. */
  endpoint?: string | undefined
  region?: string | undefined
}

const ATTEMPTS = 5
const LARGE_BYTES = 2_000_000
const CONNECT_MS = 3_000
const REQUEST_MS = 10_000
/** All attempts of one call. */
const CALL_MS = 60_000
const MOST_SOCKETS = 64
/** The SDK's smallest part but the last is 5 MiB. */
const PART_BYTES = 8 << 20
/** Keys that one call removes at most. */
const REMOVED_AT_ONCE = 1000

export function s3Client({ endpoint, region }: S3Options): S3Client {
  return new S3Client({
    maxAttempts: ATTEMPTS,
    // TLS and the lengths say whether an answer is whole; checking it once more costs a tenth of each read.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined && endpoint !== undefined ? { region: 'us-east-1' } : {}),
    ...(region === undefined ? {} : { region }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MOST_SOCKETS },
      httpsAgent: { maxSockets: MOST_SOCKETS },
    },
  })
}

/** What the request is signed with. The SDK would digest the body in one go, and everybody would wait for it. */
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

/** A bucket of S3, or of a server that is compatible with it; it must know conditional writes (`If-None-Match`). */
export class S3Bucket implements ObjectStore {
  constructor(
    private readonly client: S3Client,
    readonly name: string,
  ) {}

  async put(key: string, body: Uint8Array | string, options: PutOptions = {}): Promise<boolean> {
    const { signal, metadata, type, once } = options
    const input = { Bucket: this.name, Key: key, Body: body, Metadata: metadata, ContentType: type }
    const command = new PutObjectCommand({ ...input, ...(once ? { IfNoneMatch: '*' } : {}) })
    if (typeof body !== 'string' && body.byteLength > LARGE_BYTES) addDigest(command, await sha256Of(body))
    try {
      await ask(signal, (abortSignal) => this.client.send(command, { abortSignal }))
      return true
    } catch (error) {
      if (once && status(error) === 412) return false
      // Two at once: AWS tells one of them to try again. Then it is there.
      if (once && status(error) === 409) return this.put(key, body, options)
      throw unavailable(error, this.placeOf(key), signal)
    }
  }

  async putPieces(key: string, pieces: AsyncIterable<string>, type: string, signal: AbortSignal): Promise<void> {
    const Bucket = this.name
    const first = new CreateMultipartUploadCommand({ Bucket, Key: key, ContentType: type })
    const { UploadId } = await ask(signal, (abortSignal) => this.client.send(first, { abortSignal })).catch((error) =>
      Promise.reject(unavailable(error, this.placeOf(key), signal)),
    )
    const upload = { Bucket, Key: key, UploadId }
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = []
      for await (const Body of blocks(pieces)) {
        const PartNumber = Parts.length + 1
        const command = new UploadPartCommand({ ...upload, PartNumber, Body })
        const { ETag } = await ask(signal, (abortSignal) => this.client.send(command, { abortSignal }))
        Parts.push({ PartNumber, ETag })
      }
      const last = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })
      await ask(signal, (abortSignal) => this.client.send(last, { abortSignal }))
    } catch (error) {
      // Parts that nobody completes cost money; a bucket's rule takes away what this cannot.
      await this.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {})
      throw unavailable(error, this.placeOf(key), signal)
    }
  }

  async get(key: string, { signal, etag, version, most }: GetOptions = {}): Promise<StoredObject | null> {
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, IfMatch: etag, VersionId: version })
    try {
      return await ask(signal, async (abortSignal) => {
        const { Body, ContentLength = 0, Metadata = {} } = await this.client.send(command, { abortSignal })
        if (most !== undefined && ContentLength > most) {
          ;(Body as { destroy?(): void } | undefined)?.destroy?.()
          throw new Problem('too_large', tooLargeDetail(ContentLength, most))
        }
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), metadata: Metadata }
      })
    } catch (error) {
      if (status(error) === 404 && (error as Error).name !== 'NoSuchBucket') return null
      if (status(error) === 412) throw new Problem('conflict', 'The object has changed since the job was made.')
      throw unavailable(error, this.placeOf(key), signal)
    }
  }

  async metadata(key: string, signal?: AbortSignal): Promise<Record<string, string> | null> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key })
    try {
      const { Metadata = {} } = await ask(signal, (abortSignal) => this.client.send(command, { abortSignal }))
      return Metadata
    } catch (error) {
      if (status(error) === 404) return null
      throw unavailable(error, this.placeOf(key), signal)
    }
  }

  async now(signal?: AbortSignal): Promise<number> {
    const command = new ListObjectsV2Command({ Bucket: this.name, MaxKeys: 1 })
    let date = ''
    // The SDK passes headers on to nobody but those who stand between.
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as { headers?: Record<string, string> }).headers?.date ?? ''
        return result
      },
      { step: 'deserialize', name: 'date' },
    )
    await ask(signal, (abortSignal) => this.client.send(command, { abortSignal })).catch((error) =>
      Promise.reject(unavailable(error, this.placeOf(''), signal)),
    )
    const time = Date.parse(date)
    if (Number.isNaN(time)) throw new Problem('not_ready', 'The bucket does not say what time it is.')
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
      const { Contents = [], NextContinuationToken } = await ask(signal, (abortSignal) =>
        this.client.send(page, { abortSignal }),
      ).catch((error) => Promise.reject(unavailable(error, this.placeOf(prefix), signal)))
      yield Contents.map(infoOf)
      token = NextContinuationToken
    } while (token !== undefined)
  }

  async *current(prefix: string, options: { after?: string; signal?: AbortSignal } = {}) {
    yield* (await this.keepsVersions(options.signal)) ? this.versions(prefix, options) : this.list(prefix, options)
  }

  private async *versions(prefix: string, { after, signal }: { after?: string; signal?: AbortSignal }) {
    const input = { Bucket: this.name, Prefix: prefix }
    let place: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = { KeyMarker: after }
    for (let more = true; more; ) {
      const command = new ListObjectVersionsCommand({ ...input, ...place })
      const page = await ask(signal, (abortSignal) => this.client.send(command, { abortSignal })).catch((error) =>
        Promise.reject(unavailable(error, this.placeOf(prefix), signal)),
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
      place = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      more = page.IsTruncated === true
    }
  }

  /** Who may read objects may not always ask this: then they are known by their tags. */
  private async keepsVersions(signal?: AbortSignal): Promise<boolean> {
    const command = new GetBucketVersioningCommand({ Bucket: this.name })
    try {
      return (await ask(signal, (abortSignal) => this.client.send(command, { abortSignal }))).Status === 'Enabled'
    } catch (error) {
      if (status(error) === 403 || status(error) === 501) return false
      throw unavailable(error, this.placeOf(''), signal)
    }
  }

  private placeOf(key: string): string {
    return locationOf(this.name, key)
  }

  async *folders(prefix: string, signal?: AbortSignal): AsyncGenerator<string> {
    let token: string | undefined
    do {
      const input = { Bucket: this.name, Prefix: prefix, Delimiter: '/', ContinuationToken: token }
      const { CommonPrefixes = [], NextContinuationToken } = await ask(signal, (abortSignal) =>
        this.client.send(new ListObjectsV2Command(input), { abortSignal }),
      ).catch((error) => Promise.reject(unavailable(error, this.placeOf(prefix), signal)))
      for (const { Prefix = '' } of CommonPrefixes) yield Prefix.slice(prefix.length, -1)
      token = NextContinuationToken
    } while (token !== undefined)
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE) {
      const Objects = keys.slice(at, at + REMOVED_AT_ONCE).map((Key) => ({ Key }))
      const command = new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } })
      await ask(undefined, (abortSignal) => this.client.send(command, { abortSignal })).catch((error) =>
        Promise.reject(unavailable(error, this.placeOf(keys[at] ?? ''))),
      )
    }
  }
}

function infoOf({ Key = '', Size = 0, ETag = '', LastModified }: _Object): ObjectInfo {
  return { key: Key, size: Size, etag: ETag, modified: LastModified?.getTime() ?? 0 }
}

/** Bounds a call with all its attempts. */
function ask<T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(CALL_MS)
  return call(signal ? AbortSignal.any([signal, deadline]) : deadline)
}

function status(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}

/** Said of one object, whatever else the bucket gives: it is archived, its key of encryption is another's, or it is kept from this reader. */
const REFUSED = /^(AccessDenied|InvalidObjectState|InvalidRequest|KMS\..+)$/

/** What is thrown on: the abort that was asked for, a problem as it is, all else as a store that does not answer. The cause names the place. */
function unavailable(error: unknown, place: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof Problem) return error
  const { name, message } = error as Error
  const code = status(error)
  if ((code === 400 || code === 403) && REFUSED.test(name)) return new ObjectRefused(place, `${name}: ${message}`)
  const detail = `The bucket does not answer as it should (${name}). Try again.`
  const cause = new StoreError(place, `${name}: ${message}`)
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
