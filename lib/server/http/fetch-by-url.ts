import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import { fetchPhoto } from '../photo-url/fetch-photo'
import type { Lease } from './byte-budget'

/**
 * The photo at an address, held by the request as an upload would be.
 *
 * @throws Problem `url_refused`, `url_unreachable`, `too_large`, `queue_full`
 */
export async function fetchByUrl(
  url: string,
  environment: Environment,
  lease: Lease,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (environment.URL_INPUT === 'false') {
    throw new Problem('url_refused', 'This server does not fetch photos; send the photo itself.')
  }
  const options = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
    came: (bytes: number) => lease.take(bytes),
  }
  return fetchPhoto(url, options, signal)
}
