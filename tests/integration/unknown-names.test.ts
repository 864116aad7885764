import { afterAll, beforeAll, expect, test } from 'vitest'
import { classify } from '../support/http'
import { createJob } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'

/** Unknown names are refused on every path, with a suggestion. */
const JSON_BODY = { 'content-type': 'application/json' }
const TOKEN = 'open sesame'

let server: TestServer
let job: string
beforeAll(async () => {
  server = await startServer({
    env: { ...PAGES, ADMIN_TOKEN: TOKEN, FEEDBACK: 'labels', ENGINE_WORKERS: '1', METRICS: 'on' },
  })
  job = `/api/jobs/${(await createJob(server.url, formOf(distinctPhotos(1)), '?open=1')).id}`
})
afterAll(() => server.stop())

const post = (path: string, body?: object | string) =>
  fetch(server.url + path, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_BODY }),
  })

async function refused(reply: Response | Promise<Response>, words: string): Promise<void> {
  const { status, code, detail } = (await (await reply).json()) as { status: number; code: string; detail: string }
  expect([status, code, detail]).toEqual([400, 'invalid_parameter', expect.stringContaining(words)])
}

test.each([
  [
    'topk=3',
    'Unknown option: topk. Did you mean top_k? Options: model, top_k, threshold, candidate_labels, hypothesis_template, crop, preview, stream.',
  ],
  ['topK=3', 'Did you mean top_k?'],
  ['treshold=0.5', 'Did you mean threshold?'],
  ['steam=1', 'Did you mean stream?'],
  ['utm_source=x', 'Unknown option: utm_source. Options:'],
  ['__proto__=1', 'Unknown option: __proto__.'],
  ['=1', 'Unknown option: (empty name).'],
  ['top_k=1e1', 'top_k is invalid'],
  ['top_k=%205', 'top_k is invalid'],
  ['top_k=0', 'top_k must be at least 1.'],
  ['model=', 'model is empty.'],
  ['threshold=2', 'threshold must be at most 1.'],
  [`${'x'.repeat(5000)}=1`, `Unknown option: ${'x'.repeat(60)}….`],
])('refuses an unknown or invalid query parameter of a photo: %s', async (query, words) => {
  await refused(classify(server.url, espresso, { query: `?${query}` }), words)
})

test('refuses unknown form fields and JSON fields of a photo', async () => {
  const form = new FormData()
  form.append('topk', '3')
  form.append('file', new Blob([new Uint8Array(espresso)]), 'a.png')
  await refused(classify(server.url, form), 'Did you mean top_k?')
  const image = espresso.toString('base64')
  await refused(post('/api/classify', { image, topk: 3 }), 'Did you mean top_k?')
  await refused(post('/api/classify', { image, top_k: ' 5' }), 'top_k is invalid')
  await refused(post('/api/classify', { image: 'zzz' }), 'Encode the whole file as base64')
  await refused(post('/api/classify', { image, url: 'https://example.com/a.jpg' }), 'Send one of them')
  await refused(post('/api/classify', JSON.parse(`{"image":"${image}","__proto__":1}`)), 'Unknown option: __proto__')
  await refused(post('/api/explain?methd=rise', { image }), 'Did you mean method?')
  await refused(post('/api/explain', { image, lable: 'espresso' }), 'Did you mean label?')
})

const vote = {
  id: 'random-vote-id-000001',
  model: 'fast',
  revision: `sha256:${'0'.repeat(64)}`,
  index: 1,
  score: 0.5,
  verdict: 'right',
}

test.each<[string, string, (() => Promise<Response>) | undefined]>([
  ['/api/models?verbose=1', 'This endpoint takes no options', undefined],
  ['/api/models/fast/labels?limit=3', 'This endpoint takes no options', undefined],
  ['/api/site?x=1', 'This endpoint takes no options', undefined],
  ['/api/gallery?x=1', 'This endpoint takes no options', undefined],
  ['/api/openapi.json?x=1', 'This endpoint takes no options', undefined],
  ['/api/jobs?state=done', 'This endpoint takes no options', undefined],
  ['/api/feedback?fromat=csv', 'Did you mean format?', undefined],
  ['/api/jobs?modle=fast', 'Did you mean model?', () => post('/api/jobs?modle=fast')],
  [
    'JSON of a job',
    'Did you mean callback_url?',
    () => post('/api/jobs', { callback: 'https://example.com', open: true }),
  ],
  ['JSON of /api/photo', 'Options: url.', () => post('/api/photo', { url: 'https://example.com', width: 9 })],
  [
    'query of /api/photo',
    'This endpoint takes no options',
    () => post('/api/photo?width=9', { url: 'https://example.com' }),
  ],
  ['a vote', 'Did you mean verdict?', () => post('/api/feedback', { ...vote, verdct: 'right' })],
])('refuses unknown names: %s', async (path, words, ask) => {
  await refused(ask?.() ?? fetch(server.url + path, { headers: { authorization: `Bearer ${TOKEN}` } }), words)
})

test('refuses unknown names on all paths of a job', async () => {
  for (const path of ['', '/events', '/photos', '/results'])
    await refused(fetch(`${server.url}${job}${path}?x=1`), 'Unknown option: x.')
  await refused(fetch(`${server.url}${job}/results?colums=file`), 'Did you mean columns?')
  await refused(fetch(`${server.url}${job}/results?ofset=1`), 'Did you mean offset?')
  // Values in the words of the documentation, not of the schema.
  for (const [query, words] of [
    ['format=zip', 'format is invalid: expected one of csv, xlsx, json, ndjson, parquet.'],
    ['status=maybe', 'status is invalid: expected one of ok, failed.'],
    ['columns=label,foo', 'columns is invalid: expected one of index, file, '],
    ['cursor=&limit=0', 'limit is invalid: expected a whole number from 1.'],
    ['offset=-1', 'offset is invalid: expected a whole number from 0.'],
  ] as const)
    await refused(fetch(`${server.url}${job}/results?${query}`), words)
  await refused(fetch(`${server.url}${job}?force=1`, { method: 'DELETE' }), 'Unknown option: force.')
  await refused(post(`${job}/photos?uniqe=1`), 'Did you mean unique?')
  for (const act of ['pause', 'resume', 'retry', 'close', 'cancel']) {
    await refused(post(`${job}/${act}?x=1`), 'Unknown option: x.')
    await refused(post(`${job}/${act}`, { only: 'failed' }), 'Unknown option: only. This endpoint takes no options.')
  }
  expect((await fetch(`${server.url}${job}?x=1`, { method: 'HEAD' })).status).toBe(400)
  // None of these requests had an effect, and empty bodies are accepted.
  expect(((await (await post(`${job}/pause`, {})).json()) as { state: string }).state).toBe('paused')
  expect(((await (await post(`${job}/resume`)).json()) as { state: string }).state).toBe('running')
})

test('probes, scrapes and pages accept any query parameter', async () => {
  for (const path of [
    '/health/live?t=1',
    '/health/ready?t=1',
    '/metrics?t=1',
    '/?utm_source=x',
    '/models?utm_source=x',
  ]) {
    expect((await fetch(server.url + path)).status, path).toBe(200)
  }
  expect((await fetch(`${server.url}/api/models`, { method: 'HEAD' })).status).toBe(200)
})
