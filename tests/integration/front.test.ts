import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, classify, refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { ALL_MODELS } from '../support/models'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'

describe('pages in front of a remote API', () => {
  let [api, front]: [TestServer, TestServer] = [] as never
  beforeAll(async () => {
    api = await startServer({ env: { ...ALL_MODELS, FEEDBACK: 'labels', MAX_FILES: '1234' } })
    front = await startServer({ env: { ...PAGES, API_URL: api.url, MODELS_DIR: 'nowhere' } })
  })
  afterAll(async () => {
    await front.stop()
    await api.stop()
  })

  test('loads no model and shows the API’s data on its pages', async () => {
    expect(front.workers()).toEqual([])
    const page = async (path: string) => {
      const reply = await fetch(front.url + path)
      expect(reply.status, path).toBe(200)
      return reply.text()
    }
    expect(await page('/')).toContain('efficientnet-lite1-int8')
    expect(await page('/models')).toContain('EfficientNet-Lite2, INT8')
    expect(await page('/batch')).toContain('1,234')
    expect(await page('/gallery')).toContain('koala')
    expect(await page('/compare')).toContain('Compare models')
  })

  test('forwards photos, forms, streams, jobs with their events, and errors', async () => {
    const [direct, through] = await Promise.all([
      answer(classify(api.url, espresso)),
      answer(classify(front.url, espresso)),
    ])
    expect(through.predictions).toEqual(direct.predictions)
    await answer(classify(front.url, new Blob([espresso]).stream()))
    const lines = await (await classify(front.url, formOf(distinctPhotos(5)), { query: '?stream=1' })).text()
    expect(lines.trim().split('\n')).toHaveLength(5)
    const photos = distinctPhotos(20)
    const { id } = await createJob(front.url, formOf(photos), '?model=fast')
    await jobDone(front.url, id)
    expect(await resultsOf(front.url, id)).toHaveLength(20)
    const requestId = 'asked-through-the-front'
    const headers = await refusal(
      classify(front.url, new Uint8Array(), { headers: { 'x-request-id': requestId } }),
      400,
      'empty_body',
    )
    expect(headers.get('x-request-id')).toBe(requestId)
    await refusal(classify(front.url, Buffer.alloc(21_000_000)), 413, 'too_large')
    await refusal(fetch(`${front.url}/api/nothing`), 404, 'not_found')
    expect((await fetch(`${front.url}/health/ready`)).status).toBe(200)
  })

  test('compresses large responses here and lets the API decode compressed bodies', async () => {
    const labels = await fetch(`${front.url}/api/models/fast/labels`, { headers: { 'accept-encoding': 'gzip' } })
    expect([labels.headers.get('content-encoding'), labels.headers.get('vary')]).toEqual(['gzip', 'accept-encoding'])
    expect(await labels.json()).toEqual(await (await fetch(`${api.url}/api/models/fast/labels`)).json())
    const sent = classify(front.url, gzipSync(espresso), { headers: { 'content-encoding': 'gzip' } })
    expect((await answer(sent)).image.bytes).toBe(espresso.length)
    const refused = classify(front.url, espresso, { headers: { 'content-encoding': 'compress' } })
    expect((await refusal(refused, 415, 'unsupported_encoding')).get('accept-encoding')).toContain('gzip')
  })

  test('reports an unreachable API', async () => {
    const alone = await startServer({ env: { ...PAGES, API_URL: 'http://127.0.0.1:9', MODELS_DIR: 'nowhere' } })
    await refusal(classify(alone.url, espresso), 503, 'not_ready')
    expect((await fetch(`${alone.url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${alone.url}/health/live`)).status).toBe(200)
    expect(await alone.stop()).toBe(0)
  })
})

test('with PUBLIC_API=false, the API serves only its own pages and the operator', async () => {
  const server = await startServer({
    env: { ENGINE_WORKERS: '1', PUBLIC_API: 'false', ...PAGES, ADMIN_TOKEN: 'operator-of-the-tests' },
  })
  const post = (headers: Record<string, string>) => classify(server.url, espresso, { headers })
  await refusal(post({}), 403, 'forbidden')
  await refusal(post({ origin: 'https://elsewhere.example' }), 403, 'forbidden')
  await refusal(post({ 'sec-fetch-site': 'cross-site' }), 403, 'forbidden')
  await refusal(post({ authorization: 'Bearer wrong' }), 401, 'unauthorized')
  await answer(post({ 'sec-fetch-site': 'same-origin' }))
  await answer(post({ referer: `${server.url}/` }))
  await answer(post({ 'sec-fetch-site': 'same-origin', authorization: 'Basic YWRhOnNlY3JldA==' }))
  await answer(post({ authorization: 'Bearer operator-of-the-tests' }))
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  expect((await fetch(server.url)).status).toBe(200)
  await server.stop()
})
