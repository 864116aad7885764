import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import { fetchByUrl } from './fetch-by-url'
import type { Reservation } from './memory-budget'
import { readUpload } from './upload'

/** Reads the photo of a request, or fetches it if the request has a URL, and the form or JSON fields next to it. */
export async function readPhoto(
  request: Request,
  environment: Environment,
  reservation: Reservation,
): Promise<{ image: Uint8Array; fields: Record<string, unknown> }> {
  const { image, fields } = await read(request, environment, reservation, false)
  if ('texts' in image) throw new Problem('no_file', 'The JSON has no photo.')
  return { image, fields }
}

/** As `readPhoto`, or the texts that the JSON has in place of a photo, whatever they are. */
export function readPhotoOrTexts(request: Request, environment: Environment, reservation: Reservation) {
  return read(request, environment, reservation, true)
}

async function read(
  request: Request,
  environment: Environment,
  reservation: Reservation,
  texts: boolean,
): Promise<{ image: Uint8Array | { texts: unknown }; fields: Record<string, unknown> }> {
  const limits = { imageBytes: environment.MAX_IMAGE_BYTES, requestBytes: environment.MAX_REQUEST_BYTES, texts }
  const { image, fields } = await readUpload(request, limits, reservation)
  if (!('url' in image)) return { image, fields }
  return { image: await fetchByUrl(image.url, environment, reservation, request.signal), fields }
}

/**
 * Refuses before reading an upload that would only be refused afterwards: overload must cost no more than its
 * refusals.
 */
export function requireQueueSpace(engine: Engine): void {
  const { photos, limit } = engine.stats().queue
  if (photos >= limit)
    throw new Problem('queue_full', `The queue is full: ${photos} photos are waiting. Try again in a moment.`)
}
