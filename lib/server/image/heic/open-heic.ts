import sharp, { type Sharp } from 'sharp'
import type { Size } from '@/lib/shared/image/geometry'
import { heicRequest } from '@/lib/shared/image/heic/request'
import { HeicDecoder, threadScript } from './heic-decoder'

const IDLE_MS = 30_000
/** Below a worker's own limit (WORKER_TIMEOUT_MS, 20 s), so that a slow photo costs a thread and not the worker. */
const TIMEOUT_MS = 15_000
const MAX_WAITING = 8
const MAX_HELD_BYTES = 150_000_000
/** The image of a HEIC, whose profile is still to be applied, and its size before reduction. */
export interface OpenedHeic {
  picture: Sharp
  source: Size
}

let decoder: HeicDecoder | undefined

/** One per process: a second thread would take cores that other photos are decoded on. */
function sharedDecoder(): HeicDecoder {
  decoder ??= new HeicDecoder({
    script: threadScript(),
    idleMs: IDLE_MS,
    timeoutMs: TIMEOUT_MS,
    maxWaiting: MAX_WAITING,
    maxHeldBytes: MAX_HELD_BYTES,
  })
  return decoder
}

/**
 * Opens the primary image of a HEIC, upright.
 *
 * @param factorFor the factor by which its sides may be reduced while it is copied out of the decoder, for a size
 * before rotation
 * @param signal aborts the decode; its reason is thrown
 * @throws Problem as `heicRequest` and `HeicDecoder.decode`
 */
export async function openHeic(
  image: Uint8Array,
  maxPixels: number,
  factorFor: (size: Size) => number = () => 1,
  signal?: AbortSignal,
): Promise<OpenedHeic> {
  const request = heicRequest(image, maxPixels, factorFor)
  const { tiff, ...source } = await sharedDecoder().decode(request, signal)
  return { picture: sharp(tiff, { failOn: 'truncated', limitInputPixels: maxPixels }), source }
}
