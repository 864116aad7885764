import { Problem } from '@/lib/shared/problems/problem'
import { Libheif } from './libheif'
import { damaged, outOfMemory } from './libheif-errors'
import { pictureTiff } from './picture-tiff'
import type { FromThread, ToThread } from './protocol'

/**
 * Decodes the primary image of a HEIC. Blocks the thread for up to seconds.
 *
 * @param module libheif.wasm, compiled, with its filters on (`enableInLoopFilters`)
 */
export function decodeHeic(module: WebAssembly.Module, { image, limits, factor }: ToThread): FromThread {
  let libheif: Libheif | undefined
  try {
    libheif = new Libheif(module, limits)
    const plane = libheif.decode(image)
    const { width, height } = plane
    const picture = { tiff: pictureTiff(plane, factor), width, height }
    return { kind: 'decoded', picture, heldBytes: libheif.heldBytes }
  } catch (error) {
    const { code, detail } = error instanceof Problem ? error : crashProblem(error, libheif, limits)
    return { kind: 'failed', code, detail, heldBytes: libheif?.heldBytes ?? 0 }
  }
}

/** A WebAssembly trap: either the file triggered an invalid operation in the decoder, or there was no memory left. */
function crashProblem(error: unknown, libheif: Libheif | undefined, { maxBytes }: ToThread['limits']): Problem {
  const full = error instanceof RangeError || (libheif?.heldBytes ?? 0) > NEAR_LIMIT * maxBytes
  return full ? outOfMemory('the decoder stopped') : damaged('the decoder stopped')
}

/** libheif's memory grows by a fifth at a time, so above this share of the limit the next step was refused. */
const NEAR_LIMIT = 0.8
