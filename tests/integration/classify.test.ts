import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { classificationSchema, modelsReplySchema, statusSchema } from '@/lib/shared/contract/contract'
import { answer, classify, raw } from '../support/http'
import { ALL_MODELS } from '../support/models'
import { as, espresso, oriented } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: ALL_MODELS })
})
afterAll(() => server.stop())

function form(fields: Record<string, string>, field = 'file'): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set(field, new Blob([espresso]), 'espresso.png')
  return data
}

const base64 = espresso.toString('base64')
const json = (fields: object) => JSON.stringify(fields)
const asJson = { 'content-type': 'application/json' }

test('says what to do about a photo that curl -d has sent without its line breaks', async () => {
  const stripped = espresso.filter((byte) => ![0, 10, 13].includes(byte))
  const reply = await classify(server.url, stripped, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(await reply.json()).toMatchObject({ code: 'not_an_image', detail: expect.stringContaining('--data-binary') })
})

test('gives the same result for every way of sending a photo', async () => {
  const requests = {
    'raw body': classify(server.url, espresso, { headers: { 'content-type': 'image/png' } }),
    'wrong content type': classify(server.url, espresso, { headers: { 'content-type': 'image/jpeg' } }),
    'no content type': classify(server.url, espresso),
    'curl --data-binary': classify(server.url, espresso, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    chunked: classify(server.url, new Blob([espresso]).stream()),
    form: classify(server.url, form({})),
    'form, another field name': classify(server.url, form({}, 'photo')),
    JSON: classify(server.url, json({ image: base64 }), { headers: asJson }),
    'JSON, data URL': classify(server.url, json({ image: `data:image/png;base64,${base64}` }), { headers: asJson }),
    'JSON, data URL in capitals': classify(server.url, json({ image: `DATA:IMAGE/PNG;BASE64,${base64}` }), {
      headers: asJson,
    }),
    'JSON, URL-safe base64': classify(server.url, json({ image: espresso.toString('base64url') }), {
      headers: asJson,
    }),
  }
  const answers = await Promise.all(Object.values(requests).map(answer))
  for (const { predictions } of answers) expect(predictions).toEqual(answers[0]?.predictions)
  const [first] = answers
  expect(classificationSchema.parse(first)).toEqual(first)
  expect(first?.predictions[0]).toMatchObject({ label: 'espresso', index: 967 })
  expect(first?.predictions).toHaveLength(5)
  expect(first?.image).toEqual({ width: 600, height: 400, format: 'png', bytes: espresso.byteLength })
  expect(first?.model).toMatchObject({ id: 'efficientnet-lite1-int8', type: 'balanced', calibrated: true })
})

test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('classifies %s', async (format) => {
  const { predictions, image } = await answer(classify(server.url, await as(format)))
  expect(predictions[0]?.label).toBe('espresso')
  expect(image).toMatchObject({ format, width: 600, height: 400 })
})

test('gives the same result for all eight EXIF orientations', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => answer(classify(server.url, await oriented(orientation)))),
  )
  for (const { predictions, image } of answers) {
    expect(predictions).toEqual(answers[0]?.predictions)
    expect(image).toMatchObject({ width: 600, height: 400 })
  }
})

test('composites transparency over white, keeps gray, and uses the first frame of an animation', async () => {
  const cut = sharp(espresso).composite([
    { input: Buffer.from('<svg width="600" height="400"><rect width="600" height="90"/></svg>'), blend: 'dest-out' },
  ])
  const transparent = await cut.png().toBuffer()
  const white = await sharp(transparent).flatten({ background: '#fff' }).png().toBuffer()
  const grey = await sharp(espresso).greyscale().toColourspace('b-w').png().toBuffer()
  const grey3 = await sharp(espresso).greyscale().toColourspace('srgb').png().toBuffer()
  const frames = [espresso, await sharp(espresso).negate().png().toBuffer()]
  const animation = await sharp(frames, { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer()
  const labels = async (image: Buffer) => (await answer(classify(server.url, image))).predictions
  expect(await labels(transparent)).toEqual(await labels(white))
  expect(await labels(grey)).toEqual(await labels(grey3))
  expect(await labels(animation)).toEqual(await labels(espresso))
})

test('accepts the same parameters in query, form and JSON', async () => {
  const parameters = { model: 'fast', top_k: '3', threshold: '0.001' }
  const query = `?${new URLSearchParams(parameters)}`
  const answers = await Promise.all([
    answer(classify(server.url, espresso, { query })),
    answer(classify(server.url, form(parameters))),
    answer(
      classify(server.url, json({ image: base64, model: 'fast', top_k: 3, threshold: 0.001 }), { headers: asJson }),
    ),
    answer(classify(server.url, espresso, { query: '?model=efficientnet-lite0-int8&top_k=3&threshold=0.001' })),
  ])
  for (const { model, predictions } of answers) {
    expect(model.id).toBe('efficientnet-lite0-int8')
    expect(predictions).toEqual(answers[0]?.predictions)
  }
})

test('limits predictions by top_k and threshold; scores sum to one and are unrounded', async () => {
  const ask = async (query: string) => (await answer(classify(server.url, espresso, { query }))).predictions
  const all = await ask('?top_k=1000')
  expect(all).toHaveLength(1000)
  expect(all.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6)
  expect(all.every(({ score }, i) => i === 0 || score <= (all[i - 1]?.score ?? 0))).toBe(true)
  expect(new Set(all.map(({ label }) => label)).size).toBe(1000)
  expect(await ask('?top_k=1')).toEqual(all.slice(0, 1))
  const third = all[2]?.score ?? 0
  expect(await ask(`?top_k=1000&threshold=${third}`)).toHaveLength(3)
  expect(await ask('?threshold=1')).toEqual([])
  expect(String(all[0]?.score).length).toBeGreaterThan(10)
})

test('keeps a valid x-request-id, replaces any other, and sends the stages in Server-Timing', async () => {
  const valid = await classify(server.url, espresso, { headers: { 'x-request-id': 'job-7:item.3' } })
  expect(valid.headers.get('x-request-id')).toBe('job-7:item.3')
  expect((await answer(valid)).request_id).toBe('job-7:item.3')
  expect(valid.headers.get('server-timing')).toMatch(
    /^queue;dur=[\d.]+, decode;dur=[\d.]+, run;dur=[\d.]+, total;dur=[\d.]+$/,
  )
  const invalid = await classify(server.url, espresso, { headers: { 'x-request-id': 'a b<script>' } })
  expect(invalid.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('lists the models', async () => {
  const { models } = modelsReplySchema.parse(await (await fetch(`${server.url}/api/models`)).json())
  expect(models.map(({ type }) => type)).toEqual(['fast', 'balanced', 'accurate'])
  expect(models.filter((model) => model.default).map(({ type }) => type)).toEqual(['balanced'])
  for (const model of models) {
    expect(model).toMatchObject({ status: 'ready', error: null, classes: 1000, license: 'Apache-2.0' })
    expect(model.revision).toMatch(/^sha256:[0-9a-f]{64}$/)
  }
})

test('health endpoints report what probes need and nothing about the host', async () => {
  for (const path of ['/health/live', '/health/ready']) {
    const reply = await fetch(server.url + path)
    expect([reply.status, await reply.json()]).toEqual([200, { status: 'ok' }])
  }
  const text = await (await fetch(`${server.url}/health/status`)).text()
  const status = statusSchema.strict().parse(JSON.parse(text))
  expect(status).toMatchObject({ status: 'ok', queue: { photos: 0, limit: 256 } })
  expect(text).not.toMatch(/\/(work|home|usr|tmp|app)\b|memory|rss|onnx|sharp|node/i)
})

test('answers HEAD and OPTIONS, and serves the OpenAPI document', async () => {
  const head = await raw(server.url, '/api/models', { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([200, ''])
  const options = await raw(server.url, '/api/classify', { method: 'OPTIONS' })
  expect([options.status, options.headers.allow]).toEqual([204, 'POST, OPTIONS'])
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { openapi: string; paths: object }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toContain('/api/classify')
})

test('logs one line per request without image, query or body', async () => {
  await answer(
    classify(server.url, json({ image: base64 }), {
      headers: { ...asJson, 'x-request-id': 'seen-in-log' },
      query: '?top_k=2',
    }),
  )
  await server.printed(/seen-in-log.*\n/)
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('seen-in-log'))
  expect(lines).toHaveLength(1)
  const line = JSON.parse(lines[0] as string)
  expect(line).toMatchObject({ method: 'POST', path: '/api/classify', status: 200, model: 'efficientnet-lite1-int8' })
  expect(lines[0]?.length).toBeLessThan(400)
  expect(lines[0]).not.toContain('top_k')
})
