import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import { fetchPhoto } from '../photo-url/fetch-photo'
import type { Reservation } from './memory-budget'

/**
 * Fetches the photo at a URL. Its bytes count against the request's reservation like those of an upload.
 *
 * @throws Problem `url_refused`, `url_unreachable`, `too_large`, `queue_full`
 */
export async function fetchByUrl(
  url: string,
  environment: Environment,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (environment.URL_INPUT === 'false') {
    throw new Problem('url_refused', 'This server doesn’t fetch photos from URLs. Upload the photo instead.')
  }
  const options = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
    onBytes: (bytes: number) => reservation.take(bytes),
  }
  return fetchPhoto(url, options, signal)
}
