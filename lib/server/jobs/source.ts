import { Problem } from '@/lib/shared/problems/problem'
import type { Buckets } from '../storage/buckets'
import { listPhotos } from '../storage/list-photos'
import { isWithin, type Location, locationOf, parseLocation } from '../storage/location'
import { ObjectRefusedError } from '../storage/object-store'
import type { BucketObject, JobInput } from './backend'

/** What jobs may read from buckets. */
export interface Sources {
  buckets: Buckets
  /** Places below which everybody who reaches this server may have photos read. */
  allowed: readonly Location[]
  /** Photos of a job at most. */
  maxPhotos: number
}

/** @throws Problem `invalid_parameter`, `url_refused` where nobody may read there with this server's rights */
export function requireSource(text: string, { allowed }: Sources): Location {
  const location = parseLocation(text)
  if (!location) throw new Problem('invalid_parameter', 'source is not like s3://bucket/prefix.')
  if (allowed.some((outer) => isWithin(location, outer))) return location
  throw new Problem('url_refused', 'This server does not read there. The operator allows places by JOBS_S3_PREFIXES.')
}

/**
 * The photos of a source in pages, from behind a key on.
 *
 * @throws Problem `too_many_files`
 */
export async function* listSource(
  source: string,
  { buckets, maxPhotos }: Sources,
  { after, already, signal }: { after?: string | undefined; already: number; signal: AbortSignal },
): AsyncGenerator<JobInput[]> {
  const location = parseLocation(source) as Location
  const { bucket } = location
  let count = already
  for await (const page of listPhotos(buckets(bucket), location, { signal, ...(after ? { after } : {}) })) {
    count += page.length
    if (count > maxPhotos) throw new Problem('too_many_files', `There are more than ${maxPhotos} photos at ${source}.`)
    yield page.map(({ key, size, etag, version }) => ({
      file: locationOf(bucket, key),
      object: { bucket, key, size, etag, ...(version === undefined ? {} : { version }) },
    }))
  }
}

/** One photo that its bucket does not give out. Its row says so by the code; the photos beside it are none the worse. */
class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject'
  readonly code = 'unreadable'
}

/**
 * Reads a photo as it was when it was listed.
 *
 * @throws Problem `conflict` where it has changed, `not_found`, `too_large`; an error with the code `unreadable` where this one is refused
 */
export async function readObject(
  buckets: Buckets,
  { bucket, key, etag, version }: BucketObject,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const object = await buckets(bucket)
    .get(key, { etag, version, maxBytes, signal })
    .catch((error) => {
      if (error instanceof ObjectRefusedError) throw new UnreadableObject(`its bucket refuses it (${error.reason})`)
      throw error
    })
  if (object === null) throw new Problem('not_found', 'The object is gone.')
  return object.bytes
}
