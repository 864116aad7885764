import sharp, { type Sharp } from 'sharp'
import { heicHeader } from './header'
import { HeicDecoder, threadScript } from './heic-decoder'

const IDLE_MS = 30_000
/** Below a worker's own limit (WORKER_TIMEOUT_MS, 20 s), so that a slow photo costs a thread and not the worker. */
const TIMEOUT_MS = 15_000
const MOST_WAITING = 8
const MOST_HELD_BYTES = 150_000_000
/** What libheif takes before a photo, for the file and its parts, and for a pixel (measured: 4 to 16, by depth and subsampling). */
const MEMORY = { base: 48_000_000, aByte: 3, aPixel: 20 }

let decoder: HeicDecoder | undefined

/** One a process: a second thread would take the cores that other photos decode on. */
function theDecoder(): HeicDecoder {
  decoder ??= new HeicDecoder({
    script: threadScript(),
    idleMs: IDLE_MS,
    timeoutMs: TIMEOUT_MS,
    mostWaiting: MOST_WAITING,
    mostHeldBytes: MOST_HELD_BYTES,
  })
  return decoder
}

/**
 * The primary picture of a HEIC, upright, with its profile still to be applied.
 *
 * @param signal ends the decode; its reason is thrown
 * @throws Problem as `heicHeader` and `HeicDecoder.decode`
 */
export async function openHeic(image: Uint8Array, maxPixels: number, signal?: AbortSignal): Promise<Sharp> {
  const { size, work } = heicHeader(image, maxPixels)
  // What the header says bounds the decode: a picture that turns out larger finds no memory.
  const pixels = size ? Math.max(size.width * size.height, work) : maxPixels
  const maxBytes = MEMORY.base + MEMORY.aByte * image.length + MEMORY.aPixel * pixels
  const tiff = await theDecoder().decode(image, { maxPixels, maxBytes }, signal)
  return sharp(tiff, { failOn: 'truncated', limitInputPixels: maxPixels })
}
