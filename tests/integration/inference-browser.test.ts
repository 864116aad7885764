import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { deviceModelSchema } from '@/lib/shared/contract/device'
import { PAGE_PATHS, pageNeedsServer } from '@/lib/shared/web/page-needs-server'
import { classify, refusal } from '../support/http'
import { REAL_MODEL } from '../support/models'
import { externalOnnx, headsOnnx, tinyOnnx, writeModelFolder } from '../support/onnx'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'

/** INFERENCE=browser: a server that runs no models, for browsers that do. */

/** Three channels × four scores. */
const ROWS = [
  [4, 0, 0, 1],
  [0, 4, 0, 1],
  [0, 0, 4, 1],
]

const BROWSER = { INFERENCE: 'browser' }

/** Models that a worker process can load. A browser can't run the last three. */
const KINDS = {
  logits: tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits' }),
  probabilities: tinyOnnx({ type: 'float16', layout: 'nhwc', shape: ['n', 8, 8, 3], output: 'probabilities' }),
  logarithms: headsOnnx([{ name: 'y', weights: ROWS, ops: ['LogSoftmax'] }]),
  unknown: headsOnnx([{ name: 'y', weights: ROWS, ops: ['Abs'] }]),
  list: headsOnnx([{ name: 'y', weights: ROWS, zipMap: ['red', 'green', 'blue', 'grey'] }]),
  several: externalOnnx('weights.data').model,
}
const UNABLE = ['unknown', 'list', 'several']

let folder: string
let server: TestServer
let both: TestServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'models-'))
  cpSync(REAL_MODEL.MODELS_DIR, folder, { recursive: true })
  const preprocessor = { do_resize: true, size: { height: 8, width: 8 }, do_normalize: false }
  for (const [id, model] of Object.entries(KINDS)) writeModelFolder(folder, id, model, preprocessor)
  writeFileSync(join(folder, 'several', 'onnx', 'weights.data'), externalOnnx('weights.data').data)
  const env = { MODELS_DIR: folder }
  server = await startServer({ env: { ...env, ...PAGES, ...BROWSER } })
  both = await startServer({ env })
})
afterAll(async () => {
  await Promise.all([server?.stop(), both?.stop()])
  rmSync(folder, { recursive: true })
})

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url)
  expect([url, response.status]).toEqual([url, 200])
  return (await response.json()) as T
}

const listed = async (url: string) => (await get<{ models: ModelInfo[] }>(`${url}/api/models`)).models

test('is ready at once, without a process for models', async () => {
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  expect(server.workers()).toEqual([])
  expect(await get(`${server.url}/health/status`)).toMatchObject({ status: 'ok', workers: { ready: 0, wanted: 0 } })
})

test('describes the models as a server that has run them, and gives their files', async () => {
  const models = await listed(server.url)
  const others = (await listed(both.url)).filter(({ id }) => !UNABLE.includes(id))
  expect(models.map(({ id, status }) => [id, status])).toEqual(others.map(({ id }) => [id, 'ready']))
  for (const { id } of models) {
    const path = `/api/models/${id}/device`
    const described = deviceModelSchema.parse(await get(server.url + path))
    expect(described).toEqual(await get(both.url + path))
    const graph = await fetch(`${server.url}/api/models/${id}/graph`)
    expect((await graph.arrayBuffer()).byteLength).toBe(described.graph.bytes)
  }
  expect(await get(`${server.url}/api/models/fast/labels`)).toEqual(await get(`${both.url}/api/models/fast/labels`))
})

test('leaves out models that browsers can’t run, and says which', async () => {
  for (const id of UNABLE) {
    await server.printed(new RegExp(`"model":"${id}".*left out a model`))
    await refusal(fetch(`${server.url}/api/models/${id}/graph`), 404, 'unknown_model')
  }
})

test('refuses what needs a run, and says why', async () => {
  const response = await classify(server.url, espresso)
  expect(await response.clone().json()).toMatchObject({ detail: expect.stringContaining('runs no models') })
  await refusal(response, 404, 'not_found')
  for (const path of ['embed', 'explain', 'photo', 'jobs', 'feedback'])
    await refusal(fetch(`${server.url}/api/${path}`, { method: 'POST', body: espresso }), 404, 'not_found')
  await refusal(fetch(`${server.url}/v1/embeddings`, { method: 'POST', body: '{}' }), 404, 'not_found')
  await refusal(fetch(`${server.url}/api/models`, { method: 'POST' }), 405, 'method_not_allowed')
  const { paths } = await get<{ paths: object }>(`${server.url}/api/openapi.json`)
  expect(Object.keys(paths).filter((path) => path.startsWith('/api'))).toEqual([
    '/api/models',
    '/api/models/{model}/labels',
    '/api/models/{model}/device',
    '/api/models/{model}/graph',
    '/api/site',
    '/api/gallery',
    '/api/openapi.json',
  ])
})

test('has the pages that need no server, isolated from other origins, and no others', async () => {
  for (const path of PAGE_PATHS) {
    const page = await fetch(server.url + path)
    expect([path, page.status]).toEqual([path, pageNeedsServer(path) ? 404 : 200])
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    const isMarked = (await page.text()).includes('data-runs="device"')
    expect([path, isMarked]).toEqual([path, page.ok])
  }
  const home = await (await fetch(server.url)).text()
  for (const [, href] of home.matchAll(/<a [^>]*href="([^"#]*)/g))
    if (href?.startsWith('/')) expect([href, (await fetch(server.url + href)).status]).toEqual([href, 200])
})

test('contradicts gRPC, which runs models', async () => {
  const started = startServer({ env: { ...BROWSER, GRPC_PORT: '4149' } })
  await expect(started).rejects.toThrow('GRPC_PORT contradicts INFERENCE="browser"')
})
