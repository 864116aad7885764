import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { deviceModelSchema } from '@/lib/shared/contract/device'
import { colorPhotos, formWith, send } from '../support/colors'
import { refusal } from '../support/http'
import { ADMIN_TOKEN, bearer, createKey } from '../support/keys'
import { PAGES, startServer, type TestServer } from '../support/server'

/** What browsers load to run models themselves. */

let server: TestServer
let off: TestServer
beforeAll(async () => {
  server = await startServer({ env: PAGES })
  off = await startServer({ env: { ...PAGES, INFERENCE: 'server' } })
})
afterAll(() => Promise.all([server?.stop(), off?.stop()]))

async function deviceModel(url: string): Promise<DeviceModel> {
  const { models } = (await (await fetch(`${url}/api/models`)).json()) as { models: { id: string }[] }
  const response = await fetch(`${url}/api/models/${models[0]?.id}/device`)
  return deviceModelSchema.parse(await response.json())
}

test('describes a model, and gives its file with the SHA-256 that it names', async () => {
  const { model, graph, labels } = await deviceModel(server.url)
  expect(labels.length).toBeGreaterThan(1)
  const address = `${server.url}/api/models/${model.id}/graph`
  const response = await fetch(address)
  const bytes = new Uint8Array(await response.arrayBuffer())
  expect(bytes.length).toBe(graph.bytes)
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(graph.sha256)
  const tag = response.headers.get('etag') ?? ''
  expect((await fetch(address, { headers: { 'if-none-match': tag } })).status).toBe(304)
  await refusal(fetch(`${server.url}/api/models/none/graph`), 404, 'unknown_model')
})

test('describes a custom model with the graph of its base, and its own labels and weights', async () => {
  const base = await deviceModel(server.url)
  const { body } = await send(server, 'POST', '/api/models', formWith({ title: 'Colors' }, await colorPhotos()))
  expect(body.model?.id).toBe('colors')
  const address = `${server.url}/api/models/colors`
  const custom = deviceModelSchema.parse(await (await fetch(`${address}/device`)).json())
  expect(custom.model.revision).toBe(body.model.revision)
  expect(custom.labels.map(({ label }) => label)).toEqual(['blue', 'green', 'red'])
  for (const name of ['graph', 'preprocessor', 'input', 'output', 'embedding', 'kinds'] as const)
    expect(custom[name]).toEqual(base[name])
  expect([base.head, custom.head?.kind, custom.head?.baseTemperature]).toEqual([null, 'linear', base.temperature])
  const head = Buffer.from(await (await fetch(`${address}/files/head.safetensors`)).arrayBuffer())
  expect(Buffer.from(custom.head?.file ?? '', 'base64').equals(head)).toBe(true)
  const graph = new Uint8Array(await (await fetch(`${address}/graph`)).arrayBuffer())
  expect(createHash('sha256').update(graph).digest('hex')).toBe(base.graph.sha256)
})

test('pages are isolated from other origins, and with INFERENCE=server nothing of it is there', async () => {
  const isolation = async (url: string) => (await fetch(url)).headers.get('cross-origin-embedder-policy')
  expect([await isolation(server.url), await isolation(off.url)]).toEqual(['require-corp', null])
  for (const name of ['device', 'graph']) await refusal(fetch(`${off.url}/api/models/tiny/${name}`), 404, 'not_found')
})

test('a key needs the scope to classify, with this model', async () => {
  const keyed = await startServer({ env: { API_KEYS: 'required', ADMIN_TOKEN } })
  try {
    let keys = 0
    const get = async (terms: object) => {
      const { secret } = await createKey(keyed.url, { name: `reader ${++keys}`, ...terms })
      return fetch(`${keyed.url}/api/models/fast/graph`, { headers: bearer(secret) })
    }
    await refusal(get({ scopes: ['jobs'] }), 403, 'insufficient_scope')
    await refusal(get({ scopes: ['classify'], models: ['other'] }), 403, 'model_not_allowed')
    expect((await get({ scopes: ['classify'] })).status).toBe(200)
  } finally {
    await keyed.stop()
  }
})
