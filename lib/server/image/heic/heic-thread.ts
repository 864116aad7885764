import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { decodeHeic } from '@/lib/shared/image/heic/decode-heic'
import { enableInLoopFilters } from '@/lib/shared/image/heic/in-loop-filters'
import type { ToThread } from '@/lib/shared/image/heic/protocol'

/** Entry point of the thread that decodes HEIC, one photo after the other. `HeicDecoder` owns it. */

const require = createRequire(import.meta.url)
const wasm = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'))
enableInLoopFilters(wasm)
const module = new WebAssembly.Module(wasm)

parentPort?.on('message', (message: ToThread) => {
  const response = decodeHeic(module, message)
  parentPort?.postMessage(response, response.kind === 'decoded' ? [response.picture.tiff.buffer] : [])
})
