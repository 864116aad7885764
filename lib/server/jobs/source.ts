import { Problem } from '@/lib/shared/problems/problem'
import type { Buckets } from '../storage/buckets'
import { listPhotos } from '../storage/list-photos'
import { isWithin, type Location, locationOf, parseLocation } from '../storage/location'
import { ObjectRefusedError } from '../storage/object-store'
import type { BucketObject, JobInput } from './backend'

/** What jobs may read from buckets. */
export interface Sources {
  buckets: Buckets
  /** Locations whose photos every client of this server may have it read. */
  allowed: readonly Location[]
  /** Maximum photos per job. */
  maxPhotos: number
}

/** @throws Problem `invalid_parameter`, `url_refused` if clients may not read there with this server's credentials */
export function requireSource(text: string, { allowed }: Sources): Location {
  const location = parseLocation(text)
  if (!location) throw new Problem('invalid_parameter', 'source must have the form s3://bucket/prefix.')
  if (allowed.some((outer) => isWithin(location, outer))) return location
  throw new Problem(
    'url_refused',
    'This server is not allowed to read from this location. The operator can allow it in JOBS_S3_PREFIXES.',
  )
}

/** The photos of a source after a given key, page by page. @throws Problem `too_many_files` */
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
    if (count > maxPhotos)
      throw new Problem('too_many_files', `${source} has more than the ${maxPhotos} photos allowed.`)
    yield page.map(({ key, size, etag, version }) => ({
      file: locationOf(bucket, key),
      object: { bucket, key, size, etag, ...(version === undefined ? {} : { version }) },
    }))
  }
}

/** A single photo that its bucket refuses to return. Its row reports the code; other photos aren't affected. */
class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject'
  readonly code = 'unreadable'
}

/**
 * Reads a photo as it was when it was listed.
 *
 * @throws Problem `conflict` if it has changed, `not_found`, `too_large`; an error with the code `unreadable` if the
 *   bucket refuses this object
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
      if (error instanceof ObjectRefusedError)
        throw new UnreadableObject(`the bucket refuses this object (${error.reason})`)
      throw error
    })
  if (object === null) throw new Problem('not_found', 'The object no longer exists.')
  return object.bytes
}
