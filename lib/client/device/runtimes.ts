import { env } from 'onnxruntime-web/wasm'
import type Vips from 'wasm-vips'
import { enableInLoopFilters } from '@/lib/shared/image/heic/in-loop-filters'
import { NotStarted } from './failures'

/** More threads than this make no photo faster: the layers of these models are small. */
const MAX_THREADS = 4

// The files keep their content when they get names of the build: both libraries start threads from them.
const ORT_SCRIPT = new URL('../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs', import.meta.url)
const ORT_WASM = new URL('../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', import.meta.url)
const VIPS_SCRIPT = new URL('../../../node_modules/wasm-vips/lib/vips-es6.js', import.meta.url)
const HEIF_WASM = new URL('../../../node_modules/libheif-js/libheif-wasm/libheif.wasm', import.meta.url)
const VIPS_WASM = new URL('../../../node_modules/wasm-vips/lib/vips.wasm', import.meta.url)

/** Whether this page may have memory that threads share, which libvips needs. Not on plain HTTP, nor in a frame. */
export function canRunHere(): boolean {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function'
}

/**
 * Sets where ONNX Runtime finds its files, and how many threads a run has, before the first session.
 *
 * @param threads by default, half of the cores: the page needs some. On two cores, both: a photo of 500 px then takes 60
 * instead of 92 ms (`npm run bench -- device`), and it is decoded before it runs.
 */
export function prepareOnnxRuntime(threads = defaultThreads(navigator.hardwareConcurrency)): void {
  env.wasm.wasmPaths = { mjs: ORT_SCRIPT.href, wasm: ORT_WASM.href }
  env.wasm.numThreads = Math.max(1, Math.min(MAX_THREADS, threads))
}

function defaultThreads(cores: number): number {
  return Math.min(cores, Math.max(2, Math.floor(cores / 2)))
}

let vips: Promise<typeof Vips> | undefined

/**
 * libvips, which is loaded when it is first needed.
 *
 * @throws NotStarted
 */
export function loadVips(): Promise<typeof Vips> {
  vips ??= startVips().catch((cause: unknown) => {
    throw new NotStarted('libvips', { cause })
  })
  return vips
}

async function startVips(): Promise<typeof Vips> {
  const script = VIPS_SCRIPT.href
  const { default: start } = (await import(/* turbopackIgnore: true */ script)) as { default: typeof Vips }
  const started = await start({
    dynamicLibraries: [],
    locateFile: (name) => (name.endsWith('.wasm') ? VIPS_WASM.href : script),
    mainScriptUrlOrBlob: script,
  })
  // Photos are decoded one after the other, and each on one thread, as on the server.
  started.concurrency(1)
  // Every photo is new, so caching operations would only use memory.
  started.Cache.max(0)
  return started
}

let libheif: Promise<WebAssembly.Module> | undefined

/** libheif, which is loaded with the first HEIC photo. */
export function loadLibheif(): Promise<WebAssembly.Module> {
  libheif ??= compileLibheif().catch((error: unknown) => {
    libheif = undefined
    throw error
  })
  return libheif
}

async function compileLibheif(): Promise<WebAssembly.Module> {
  const bytes = new Uint8Array(await (await fetch(HEIF_WASM)).arrayBuffer())
  enableInLoopFilters(bytes)
  return WebAssembly.compile(bytes)
}
