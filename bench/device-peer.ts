import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import { prepareTransformers } from './peers'

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}
/** Threads need shared memory. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** For every page: loads photos, and times `window.classifyOne` on each. */
export const TIMES = `
window.files = async (side, count) => Promise.all(Array.from({ length: count }, async (_, at) => (await fetch('/bench/' + side + '/' + at + '.jpg')).blob()))
window.timeAll = async (side, count) => {
  const times = []
  for (const file of await window.files(side, count)) {
    const start = performance.now()
    await window.classifyOne(file)
    times.push(performance.now() - start)
  }
  return times
}`

/** As a page of its documentation would: the pipeline decodes, resizes, and runs the same ONNX file. */
const SCRIPT = `
import { env, pipeline, RawImage } from '@huggingface/transformers'
env.allowRemoteModels = false
env.allowLocalModels = true
env.localModelPath = '/models/'
env.backends.onnx.wasm.wasmPaths = '/ort/'
${TIMES}
window.openPeer = async (threads) => {
  env.backends.onnx.wasm.numThreads = threads
  const classify = await pipeline('image-classification', 'model', { dtype: 'fp32', device: 'wasm' })
  window.classifyOne = async (file) => (await classify(await RawImage.fromBlob(file), { top_k: 5 }))[0].label
  window.closeHere = () => classify.dispose()
}`

/**
 * A site with transformers.js and one of our models. Null if it can't be installed, for which there is a line.
 *
 * @returns its address and the version
 */
export async function transformersSite(): Promise<{ url: string; version: string; stop(): Promise<void> } | null> {
  let home: string
  try {
    home = prepareTransformers('models/efficientnet-lite0-int8')
  } catch (error) {
    console.log(`Without transformers.js: ${(error as Error).message}`)
    return null
  }
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: home, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['default'],
    logLevel: 'error',
  })
  const script = outputFiles[0]?.text ?? ''
  const page = '<!doctype html><script type="module" src="/main.js"></script>'
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const send = (type: string, body: string | Buffer) =>
      response.writeHead(200, { ...ISOLATED, 'content-type': type }).end(body)
    if (pathname === '/') return send('text/html', page)
    if (pathname === '/main.js') return send('text/javascript', script)
    const [, folder, rest] = /^\/(models|ort)\/([\w./-]+)$/.exec(pathname) ?? []
    const file = join(home, folder === 'models' ? '' : 'node_modules/onnxruntime-web/dist', rest ?? '')
    if (rest === undefined || rest.includes('..') || !existsSync(file)) return response.writeHead(404, ISOLATED).end()
    return send(TYPES[extname(file)] ?? 'application/octet-stream', readFileSync(file))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { version } = JSON.parse(
    readFileSync(join(home, 'node_modules/@huggingface/transformers/package.json'), 'utf8'),
  ) as { version: string }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version,
    stop: () => new Promise((closed) => void server.close(() => closed())),
  }
}
