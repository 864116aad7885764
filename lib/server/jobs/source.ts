import { Problem } from '@/lib/shared/problems/problem'
import type { Buckets } from '../storage/buckets'
import { listPhotos } from '../storage/list-photos'
import { isWithin, type Location, locationOf, parseLocation } from '../storage/location'
import { ObjectRefusedError } from '../storage/object-store'
import type { BucketObject, JobInput, JobSpec } from './backend'

/** What jobs may read from buckets. */
export interface Sources {
  buckets: Buckets
  /** Locations whose photos every client of this server may have it read. */
  allowed: readonly Location[]
  /** Maximum photos per job. */
  maxPhotos: number
  charge: Charge
}

/**
 * Takes listed photos from the quota of an API key, as many as it has left.
 *
 * @param sizes bytes of each photo
 * @returns how many were taken, and why not all
 * @throws Problem `not_ready`, `storage_full` if the quota is unknown
 */
export type Charge = (key: string, sizes: readonly number[]) => Promise<Charged>

interface Charged {
  taken: number
  refusal: Problem | null
}

/** Photos that are taken from a quota at once: after a crash, so many may be taken twice. */
const CHARGED_AT_ONCE = 100

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

/**
 * The photos of a source after a given key, page by page. If the quota of a job's API key is used up, the last one is the
 * first photo that it doesn't cover, with the problem.
 *
 * @throws Problem `too_many_files`, `not_ready`
 */
export async function* listSource(
  { source = '', charged_to }: Pick<JobSpec, 'source' | 'charged_to'>,
  sources: Sources,
  position: Position,
): AsyncGenerator<JobInput[]> {
  for await (const page of listPages(source, sources, position)) {
    if (charged_to === undefined) {
      yield page
      continue
    }
    for (let at = 0; at < page.length; at += CHARGED_AT_ONCE) {
      const photos = page.slice(at, at + CHARGED_AT_ONCE)
      const { taken, refusal } = await sources.charge(
        charged_to,
        photos.map(({ object }) => object?.size ?? 0),
      )
      const [first] = photos.slice(taken)
      if (first === undefined || refusal === null) yield photos
      else {
        yield [...photos.slice(0, taken), { ...first, problem: notCovered(refusal) }]
        return
      }
    }
  }
}

/** Where listing begins: after this key, with so many photos before it. */
interface Position {
  after?: string | undefined
  already: number
  signal: AbortSignal
}

function notCovered({ code, detail }: Problem) {
  return { code, detail: `${detail} This photo and those after it aren’t in this job.` }
}

async function* listPages(
  source: string,
  { buckets, maxPhotos }: Sources,
  { after, already, signal }: Position,
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
