import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { Problem } from '@/lib/shared/problems/problem'
import { enableInLoopFilters } from './in-loop-filters'
import { Libheif } from './libheif'
import { damaged, outOfMemory } from './libheif-errors'
import { pictureTiff } from './picture-tiff'
import type { FromThread, ToThread } from './protocol'

/** Entry point of the thread that decodes HEIC, one photo after the other. `HeicDecoder` owns it. */

const require = createRequire(import.meta.url)
const wasm = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'))
enableInLoopFilters(wasm)
const module = new WebAssembly.Module(wasm)

function decode({ image, limits, factor }: ToThread): FromThread {
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

parentPort?.on('message', (message: ToThread) => {
  const response = decode(message)
  parentPort?.postMessage(response, response.kind === 'decoded' ? [response.picture.tiff.buffer] : [])
})
