import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import type { Lease } from './byte-budget'
import { fetchByUrl } from './fetch-by-url'
import { readUpload } from './upload'

/** The photo of a request, fetched where it named an address, with the fields that came beside it. */
export async function readPhoto(
  request: Request,
  environment: Environment,
  lease: Lease,
): Promise<{ image: Uint8Array; fields: Record<string, unknown> }> {
  const limits = { imageBytes: environment.MAX_IMAGE_BYTES, requestBytes: environment.MAX_REQUEST_BYTES }
  const { image, fields } = await readUpload(request, limits, lease)
  if (!('url' in image)) return { image, fields }
  return { image: await fetchByUrl(image.url, environment, lease, request.signal), fields }
}

/** Refuses before the upload is read where it could only be refused after: a crowd must not cost more than its refusals. */
export function requireRoom(engine: Engine): void {
  const { photos, limit } = engine.stats().queue
  if (photos >= limit) throw new Problem('queue_full', `${photos} photos wait already. Try again in a moment.`)
}
