import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../../config/environment'
import { decodeBase64 } from '../base64'
import { tooLarge } from '../body'
import { fetchByUrl } from '../fetch-by-url'
import type { Reservation } from '../memory-budget'

/** Fewer bytes than any image format needs. */
const LEAST_BYTES = 8

/**
 * The photo that a text holds: base64, a base64 `data:` URL, or the URL of an image.
 *
 * @throws Problem `invalid_parameter`, `too_large`, `url_refused`, `url_unreachable`, `queue_full`
 */
export async function photoFromText(
  text: string,
  environment: Environment,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (/^https?:\/\//i.test(text)) return fetchByUrl(text, environment, reservation, signal)
  const bytes = await decodeBase64(text).catch(() => new Uint8Array())
  if (bytes.byteLength > environment.MAX_IMAGE_BYTES) throw tooLarge(environment.MAX_IMAGE_BYTES)
  if (bytes.byteLength < LEAST_BYTES) {
    throw new Problem('invalid_parameter', 'The text isn’t a photo. Send base64, a data: URL, or the URL of an image.')
  }
  return bytes
}
