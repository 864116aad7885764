import sharp, { type Sharp } from 'sharp'
import type { Size } from '@/lib/shared/image/geometry'
import { heicHeader } from '@/lib/shared/image/heic/header'
import { HeicDecoder, threadScript } from './heic-decoder'

const IDLE_MS = 30_000
/** Below a worker's own limit (WORKER_TIMEOUT_MS, 20 s), so that a slow photo costs a thread and not the worker. */
const TIMEOUT_MS = 15_000
const MAX_WAITING = 8
const MAX_HELD_BYTES = 150_000_000
/**
 * Memory that libheif needs: a base amount, per byte of the file, and per pixel (measured: 2 to 14, depending on depth
 * and chroma).
 */
const MEMORY = { base: 32_000_000, perByte: 3, perPixel: 16 }

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
 * @throws Problem as `heicHeader` and `HeicDecoder.decode`
 */
export async function openHeic(
  image: Uint8Array,
  maxPixels: number,
  factorFor: (size: Size) => number = () => 1,
  signal?: AbortSignal,
): Promise<OpenedHeic> {
  const { size, work } = heicHeader(image, maxPixels)
  // The size in the header limits the decode: an image that turns out larger runs out of memory.
  const pixels = size ? Math.max(size.width * size.height, work) : maxPixels
  const maxBytes = MEMORY.base + MEMORY.perByte * image.length + MEMORY.perPixel * pixels
  const factor = size ? factorFor(size) : 1
  const { tiff, ...source } = await sharedDecoder().decode({ image, limits: { maxPixels, maxBytes }, factor }, signal)
  return { picture: sharp(tiff, { failOn: 'truncated', limitInputPixels: maxPixels }), source }
}
