import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client as GradioClient } from '@gradio/client'
import { imageClassification } from '@huggingface/inference'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiKey, NewApiKey } from '@/lib/shared/contract/keys'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { extendedSuite, extendedTest, fullTest } from '../support/full'
import { answer, classify, refusal } from '../support/http'
import { createJob } from '../support/jobs'
import { ADMIN_TOKEN, bearer, createKey, keysOf, managed, OPERATOR, revokeKey, usageOf } from '../support/keys'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'
import { vision } from '../support/vision'

let data: string
let server: TestServer
let env: Record<string, string>
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'keys-'))
  env = {
    ...PAGES,
    API_KEYS: 'required',
    ADMIN_TOKEN,
    DATA_DIR: data,
    DIALECTS: 'all',
    METRICS: 'on',
    TRUST_PROXY: '1',
  }
  server = await startServer({ env })
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true })
})

let names = 0
const key = (terms: Partial<Parameters<typeof createKey>[1]> = {}) =>
  createKey(server.url, { name: `key ${++names}`, ...terms })
const post = (path: string, secret: string | null, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body, headers: { ...(secret && bearer(secret)), ...headers } })
const photo = espresso as unknown as BodyInit
const base64 = espresso.toString('base64')
const json = { 'content-type': 'application/json' }
const codeOf = async (reply: Promise<Response>) => {
  const response = await reply
  const text = await response.text()
  return [response.status, /"code":"(\w+)"/.exec(text)?.[1] ?? text]
}

describe('who may use the API', () => {
  test('with API_KEYS=required, every path but the open ones needs a key, also those of dialects', async () => {
    for (const path of ['/api/classify', '/v1/embeddings', '/hf/models/fast', '/gradio_api/queue/join', '/mcp']) {
      const refused = await post(path, null, photo)
      expect([path, refused.status]).toEqual([path, 401])
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="Vision"')
    }
    for (const path of [
      '/api/models',
      '/config',
      '/v1/models',
      '/v2/models/fast',
      '/metrics',
      '/api/jobs',
      '/api/keys',
    ])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 401])
    for (const path of [
      '/',
      '/api/site',
      '/api/gallery',
      '/api/openapi.json',
      '/health/ready',
      '/ping',
      '/v2/health/live',
    ])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
    await refusal(classify(server.url, espresso), 401, 'key_required')
    await refusal(classify(server.url, espresso, { headers: bearer('hf_something') }), 401, 'invalid_key')
  })

  test('a key works in each header that clients use, and ADMIN_TOKEN everywhere', async () => {
    const { secret } = await key()
    await answer(classify(server.url, espresso, { headers: bearer(secret) }))
    await answer(classify(server.url, espresso, { headers: { 'x-api-key': secret } }))
    await answer(classify(server.url, espresso, { headers: { 'x-hf-authorization': `Bearer ${secret}` } }))
    await answer(classify(server.url, espresso, { headers: OPERATOR }))
    const two = { ...bearer(secret), 'x-api-key': (await key({ scopes: ['admin'] })).secret }
    await refusal(classify(server.url, espresso, { headers: two }), 401, 'invalid_key')
  })

  test('wrong, expired, revoked, and rotated keys are refused', async () => {
    const { key: made, secret } = await key()
    const send = (value: string) => classify(server.url, espresso, { headers: bearer(value) })
    await refusal(send(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`), 401, 'invalid_key')
    await refusal(send(secret.slice(0, -1)), 401, 'invalid_key')
    const rotated = await managed<NewApiKey>(server.url, `/api/keys/${made.id}/rotate`, 'POST')
    await refusal(send(secret), 401, 'invalid_key')
    const graced = await managed<NewApiKey>(server.url, `/api/keys/${made.id}/rotate`, 'POST', { grace_hours: 1 })
    await answer(send(rotated.secret))
    await answer(send(graced.secret))
    expect((await revokeKey(server.url, made.id)).state).toBe('revoked')
    await refusal(send(graced.secret), 401, 'key_revoked')
    await refusal(send(rotated.secret), 401, 'invalid_key')
    const short = await key({ expires: new Date(Date.now() + 1_500).toISOString() })
    await answer(send(short.secret))
    await expect.poll(async () => (await send(short.secret)).status, { timeout: 5_000 }).toBe(401)
    await refusal(send(short.secret), 401, 'key_expired')
  })

  test('the scope of a key holds in each dialect', async () => {
    const { secret: classifies } = await key({ scopes: ['classify'] })
    const { secret: embeds } = await key({ scopes: ['embed'] })
    const openai = JSON.stringify({ model: 'fast', input: base64 })
    const infer = (...outputs: string[]) =>
      JSON.stringify({
        inputs: [{ name: 'encoded_image', shape: [1], datatype: 'BYTES', data: [base64] }],
        outputs: outputs.map((name) => ({ name })),
      })
    const tool = (name: string, args: object) =>
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } })
    const agent = { ...json, accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' }
    const attempts: [path: string, body: BodyInit, headers: Record<string, string>, can: string, cannot: string][] = [
      ['/api/embed', photo, {}, embeds, classifies],
      ['/v1/embeddings', openai, json, embeds, classifies],
      ['/hf/models/fast/pipeline/feature-extraction', JSON.stringify({ inputs: base64 }), json, embeds, classifies],
      ['/api/classify', photo, {}, classifies, embeds],
      ['/hf/models/fast', photo, {}, classifies, embeds],
      ['/predictions/fast', photo, {}, classifies, embeds],
      ['/v1/models/fast:predict', JSON.stringify({ instances: [{ b64: base64 }] }), json, classifies, embeds],
      ['/v2/models/fast/infer', infer('label'), json, classifies, embeds],
      [
        '/gradio_api/run/predict',
        JSON.stringify({ data: [`data:image/png;base64,${base64}`] }),
        json,
        classifies,
        embeds,
      ],
    ]
    for (const [path, body, headers, can, cannot] of attempts) {
      expect([path, (await post(path, can, body, headers)).status]).toEqual([path, 200])
      const refused = await post(path, cannot, body, headers)
      expect([path, refused.status, await refused.text()]).toEqual([path, 403, expect.stringContaining('scope')])
    }
    // Within a path of the scope: an output, a tool, and a job that need another one.
    expect((await post('/v2/models/fast/infer', classifies, infer('label', 'embedding'), json)).status).toBe(403)
    const explained = await post('/mcp', classifies, tool('explain_image', { image: base64 }), agent)
    expect(await explained.text()).toContain('insufficient_scope')
    const classified = await post('/mcp', classifies, tool('classify_image', { image: base64 }), agent)
    expect(await classified.text()).toContain('predictions')
    const { secret: runsJobs } = await key({ scopes: ['jobs'] })
    expect(await codeOf(post('/api/jobs?open=true&embeddings=true', runsJobs, ''))).toEqual([403, 'insufficient_scope'])
    expect((await post('/api/jobs?open=true', runsJobs, '')).status).toBe(201)
    // What only the operator may.
    for (const secret of [classifies, runsJobs]) {
      for (const path of ['/api/jobs', '/api/keys', '/api/usage', '/metrics'])
        expect(await codeOf(fetch(server.url + path, { headers: bearer(secret) }))).toEqual([403, 'insufficient_scope'])
    }
    expect(await codeOf(post('/api/models', classifies, '{}', json))).toEqual([403, 'insufficient_scope'])
    const { secret: admin } = await key({ scopes: ['admin'] })
    for (const path of ['/api/jobs', '/api/keys', '/api/usage', '/metrics'])
      expect([path, (await fetch(server.url + path, { headers: bearer(admin) })).status]).toEqual([path, 200])
  })

  test('a key is limited to its models and origins', async () => {
    const { secret } = await key({ models: ['balanced'], scopes: ['classify', 'jobs'] })
    for (const path of ['/api/classify', '/hf/models/fast', '/predictions/fast', '/api/jobs?open=true'])
      expect([path, (await post(path, secret, path.includes('jobs') ? '' : photo)).status]).toEqual([path, 403])
    await refusal(classify(server.url, espresso, { headers: bearer(secret) }), 403, 'model_not_allowed')
    await answer(classify(server.url, espresso, { headers: bearer((await key({ models: ['fast'] })).secret) }))

    const origin = 'https://shop.example'
    const page = bearer((await key({ origins: [origin] })).secret)
    await refusal(classify(server.url, espresso, { headers: page }), 403, 'origin_not_allowed')
    await refusal(
      classify(server.url, espresso, { headers: { ...page, origin: 'https://a.example' } }),
      403,
      'origin_not_allowed',
    )
    const allowed = await classify(server.url, espresso, { headers: { ...page, origin } })
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, origin])
    const preflight = (from: string) =>
      fetch(`${server.url}/api/classify`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-api-key',
        },
      })
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBe(origin)
    expect((await preflight('https://a.example')).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('limits', () => {
  test('the rate limit of a key is its own', async () => {
    const { secret } = await key({ rate_limit: 2 })
    for (const left of ['1', '0']) {
      const reply = await classify(server.url, espresso, { headers: bearer(secret) })
      expect(reply.headers.get('ratelimit')).toMatch(`"photos";r=${left};`)
    }
    const headers = await refusal(classify(server.url, espresso, { headers: bearer(secret) }), 429, 'rate_limited')
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60)
    await answer(classify(server.url, espresso, { headers: bearer((await key()).secret) }))
  })

  test('the quota of a month counts photos that got a result, in every way', async () => {
    const { key: made, secret } = await key({ monthly_quota: 7, scopes: ['classify', 'embed', 'jobs'] })
    const used = async () => (await keysOf(server.url)).find(({ id }) => id === made.id)?.month_photos
    await answer(classify(server.url, espresso, { headers: bearer(secret) }))
    expect((await classify(server.url, 'no photo', { headers: bearer(secret) })).status).toBe(415)
    expect(await used()).toBe(1)
    const two = JSON.stringify({ model: 'fast', input: [base64, base64] })
    expect((await post('/v1/embeddings', secret, two, json)).status).toBe(200)
    expect(await used()).toBe(3)
    const photos = distinctPhotos(3)
    const stream = await post('/api/classify?stream=1', secret, formOf(photos.slice(0, 2)))
    expect((await stream.text()).trim().split('\n')).toHaveLength(2)
    expect(await used()).toBe(5)
    // A job is created with all of its photos, or not at all.
    expect(await codeOf(post('/api/jobs', secret, formOf(photos)))).toEqual([429, 'quota_exceeded'])
    expect(await used()).toBe(5)
    await createJob(server.url, formOf(photos.slice(0, 2)), '', bearer(secret))
    expect(await used()).toBe(7)
    const headers = await refusal(classify(server.url, espresso, { headers: bearer(secret) }), 429, 'quota_exceeded')
    const now = new Date()
    const left = (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - now.getTime()) / 1000
    expect(Math.abs(Number(headers.get('retry-after')) - left)).toBeLessThan(60)
  })

  test('many requests at once never exceed the quota', async () => {
    const { key: made, secret } = await key({ monthly_quota: 10 })
    const all = await Promise.all(
      Array.from({ length: 25 }, () => classify(server.url, espresso, { headers: bearer(secret) })),
    )
    expect(all.filter(({ status }) => status === 200)).toHaveLength(10)
    expect((await keysOf(server.url)).find(({ id }) => id === made.id)?.month_photos).toBe(10)
  })

  test('a flood of wrong keys is limited, and known keys of the same network still work', async () => {
    const from = { 'x-forwarded-for': '192.0.2.77' }
    const wrong = (digit: number) => `vk_${String(digit).padStart(12, '0')}_${'x'.repeat(43)}`
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, digit) =>
        classify(server.url, 'x', { headers: { ...from, ...bearer(wrong(digit)) } }),
      ),
    )
    const statuses = all.map(({ status }) => status)
    expect([statuses.filter((s) => s === 401).length, statuses.filter((s) => s === 429).length]).toEqual([20, 20])
    await answer(classify(server.url, espresso, { headers: { ...from, ...bearer((await key()).secret) } }))
    await refusal(
      classify(server.url, 'x', { headers: { 'x-forwarded-for': '192.0.2.78', ...bearer(wrong(1)) } }),
      401,
      'invalid_key',
    )
  })
})

describe('what a key leaves behind', () => {
  test('a key in a URL is refused, and shown neither in errors nor in the log nor in the storage', async () => {
    const { key: made, secret } = await key()
    const shown = secret.slice(-20)
    for (const path of [
      `/api/classify?api_key=${secret}`,
      `/api/classify?x=${secret.replaceAll('_', '%5F')}`,
      `/api/${secret}`,
      `/v1/embeddings?key=${secret}`,
    ]) {
      const refused = await post(path, null, photo)
      const text = await refused.text()
      expect([refused.status, text.includes(shown)]).toEqual([400, false])
    }
    await refusal(classify(server.url, espresso, { query: `?key=${secret}` }), 400, 'key_in_url')
    const inBody = await post(
      '/api/explain',
      (await key({ scopes: ['explain'] })).secret,
      JSON.stringify({ [secret]: 1 }),
      json,
    )
    expect([inBody.status, (await inBody.text()).includes(shown)]).toEqual([400, false])
    await answer(classify(server.url, espresso, { headers: bearer(secret) }))
    await server.printed(new RegExp(`"key":"${made.id}"`))
    expect(server.output()).toContain(`/api/vk_${made.id}_…`)
    expect(server.output()).not.toContain(shown)
    const stored = readdirSync(join(data, 'keys'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    expect(stored.some((text) => text.includes(made.id))).toBe(true)
    expect(stored.some((text) => text.includes(shown))).toBe(false)
  })

  test('requests, photos, errors, and bytes are counted by key and day, also after the server was killed', async () => {
    const { key: made, secret } = await key({ name: 'statistics', scopes: ['classify', 'jobs'] })
    await answer(classify(server.url, espresso, { headers: bearer(secret) }))
    await classify(server.url, 'no photo', { headers: bearer(secret) })
    const photos = distinctPhotos(2)
    const job = await createJob(server.url, formOf(photos), '', bearer(secret))
    const wanted = {
      day: new Date().toISOString().slice(0, 10),
      id: made.id,
      name: 'statistics',
      requests: 3,
      photos: 3,
      errors: 1,
      bytes: espresso.byteLength + photos.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    }
    expect((await usageOf(server.url, `?key=${made.id}`)).rows).toEqual([wanted])
    const scraped = await (await fetch(`${server.url}/metrics`, { headers: OPERATOR })).text()
    expect(scraped).toContain('vision_key_photos_total{key="statistics"} 3')
    await expect(
      fetch(`${server.url}/api/jobs/${job.id}`, { headers: bearer(secret) }).then((r) => r.status),
    ).resolves.toBe(200)
    server.child.kill('SIGKILL')
    await server.stop()
    server = await startServer({ env })
    const { rows } = await usageOf(server.url, `?key=${made.id}`)
    expect(rows).toEqual([{ ...wanted, requests: 4 }])
    const csv = await fetch(`${server.url}/api/usage?format=csv&key=${made.id}`, { headers: OPERATOR })
    expect(await csv.text()).toBe(
      `day,id,name,requests,photos,errors,bytes\r\n${wanted.day},${made.id},statistics,4,3,1,${wanted.bytes}\r\n`,
    )
    const [listed] = (await keysOf(server.url)).filter(({ id }) => id === made.id)
    expect(Date.now() - Date.parse(listed?.last_used ?? '')).toBeLessThan(60_000)
    expect(listed).not.toHaveProperty('hash')
  })
})

fullTest('real clients send a key in their own way', async () => {
  const { secret } = await key({ scopes: ['classify', 'embed'] })
  const folder = mkdtempSync(join(tmpdir(), 'client-'))
  const path = join(folder, 'photo.png')
  writeFileSync(path, espresso)
  const python = `
import base64, sys, numpy, tritonclient.http
from gradio_client import Client, handle_file
from huggingface_hub import InferenceClient
from openai import OpenAI
url, host, key, path = sys.argv[1:]
photo = open(path, "rb").read()
print(len(InferenceClient(model=url + "/hf/models/fast", token=key).image_classification(path, top_k=3)))
print(len(OpenAI(base_url=url + "/v1", api_key=key).embeddings.create(
    model="fast", input="data:image/png;base64," + base64.b64encode(photo).decode()).data))
image = tritonclient.http.InferInput("encoded_image", [1], "BYTES")
image.set_data_from_numpy(numpy.array([photo], dtype=object))
headers = {"Authorization": "Bearer " + key}
print(len(tritonclient.http.InferenceServerClient(host).infer("fast", [image], headers=headers).as_numpy("label")))
client = Client(url, verbose=False, token=key)
print(len(client.predict(handle_file(path), "fast", api_name="/predict")["confidences"]))
`
  const arguments_ = ['-c', python, server.url, new URL(server.url).host, secret, path]
  const { stdout } = await promisify(execFile)(clientPython(), arguments_)
  expect(stdout.split('\n')).toEqual(['3', '1', '1', '5', ''])
  rmSync(folder, { recursive: true })

  const data = new Blob([espresso as BlobPart])
  const labels = await imageClassification({ endpointUrl: `${server.url}/hf/models/fast`, data, accessToken: secret })
  expect(labels.length).toBeGreaterThan(2)
  const gradio = await GradioClient.connect(server.url, { token: secret as `hf_${string}`, events: ['data'] })
  expect((await gradio.predict('/predict', [data, 'fast'])).data).toHaveLength(1)
  gradio.close()
  const agent = new Client({ name: 'test', version: '1.0.0' })
  const options = { requestInit: { headers: bearer(secret) } }
  await agent.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), options))
  expect((await agent.listTools()).tools).toHaveLength(4)
  await agent.close()
})

test('pages use the API by a session that other clients can’t use', async () => {
  const page = await fetch(server.url, { headers: { 'x-forwarded-proto': 'https' } })
  const cookie = page.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(
    /^vision_session=\d{13}\.[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure$/,
  )
  const session = { cookie: cookie.split(';')[0] ?? '' }
  const own = { ...session, origin: server.url }
  await answer(classify(server.url, espresso, { headers: own }))
  expect((await fetch(server.url, { headers: session })).headers.get('set-cookie')).toBeNull()
  // Not from another site, not in a dialect, not for the operator, and not if it was changed.
  await refusal(classify(server.url, espresso, { headers: session }), 401, 'key_required')
  await refusal(
    classify(server.url, espresso, { headers: { ...session, origin: 'https://a.example' } }),
    401,
    'key_required',
  )
  expect((await post('/hf/models/fast', null, photo, own)).status).toBe(401)
  expect((await fetch(`${server.url}/api/keys`, { headers: own })).status).toBe(401)
  const forged = { ...own, cookie: session.cookie.replace(/=\d/, '=2') }
  await refusal(classify(server.url, espresso, { headers: forged }), 401, 'key_required')
})

extendedSuite('pages in front of an API that requires keys', () => {
  const inFront = (secret: string) =>
    startServer({ env: { ...PAGES, API_URL: server.url, API_KEY: secret, RATE_LIMIT: '4', MODELS_DIR: 'nowhere' } })
  /** The headers of a page of a server. */
  async function pageOf({ url }: TestServer) {
    const page = await fetch(url)
    expect(page.status).toBe(200)
    return { cookie: page.headers.get('set-cookie')?.split(';')[0] ?? '', origin: url }
  }

  test('send its key for visitors, who can do what it allows and no more', async () => {
    const { key: made, secret } = await key({ name: 'of the pages' })
    const front = await inFront(secret)
    const own = await pageOf(front)
    const send = (headers: Record<string, string>) => classify(front.url, espresso, { headers })
    expect((await answer(send(own))).predictions).not.toEqual([])
    expect((await usageOf(server.url, `?key=${made.id}`)).rows).toMatchObject([{ photos: 1 }])
    // Not without a page of this front, and not with a session of the API's own pages.
    await refusal(send({}), 401, 'key_required')
    await refusal(send({ ...own, origin: 'https://a.example' }), 401, 'key_required')
    await refusal(send({ ...own, cookie: (await pageOf(server)).cookie }), 401, 'key_required')
    expect((await fetch(`${front.url}/hf/models/fast`, { method: 'POST', body: photo, headers: own })).status).toBe(401)
    await refusal(fetch(`${front.url}/api/keys`, { headers: own }), 403, 'insufficient_scope')
    await refusal(
      fetch(`${front.url}/api/embed`, { method: 'POST', body: photo, headers: own }),
      403,
      'insufficient_scope',
    )
    // The key of a visitor is the only one that counts.
    const visitor = await key()
    await answer(send({ ...own, 'x-api-key': visitor.secret }))
    await answer(send(bearer(visitor.secret)))
    await refusal(send({ ...own, ...bearer(`${visitor.secret}x`) }), 401, 'invalid_key')
    expect((await usageOf(server.url, `?key=${visitor.key.id}`)).rows).toMatchObject([{ photos: 2 }])
    await answer(send(own))
    await answer(send(own))
    await refusal(send(own), 429, 'rate_limited')
    expect(front.output()).not.toContain(secret)
    await front.stop()
  })

  test('don’t send a key of operators', async () => {
    const front = await inFront((await key({ scopes: ['admin'] })).secret)
    const own = await pageOf(front)
    await refusal(classify(front.url, espresso, { headers: own }), 503, 'not_ready')
    await refusal(fetch(`${front.url}/api/keys`, { headers: own }), 503, 'not_ready')
    expect(front.output()).toContain('API_KEY has the scope admin')
    await front.stop()
  })
})

test('with API_KEYS=optional, requests without a key have no limits of one, and foreign tokens are ignored', async () => {
  const optional = await startServer({ env: { ...env, API_KEYS: 'optional' } })
  await answer(classify(optional.url, espresso))
  await answer(classify(optional.url, espresso, { headers: bearer('hf_something') }))
  const { secret } = await createKey(optional.url, { name: 'optional', scopes: ['embed'] })
  await refusal(classify(optional.url, espresso, { headers: bearer(secret) }), 403, 'insufficient_scope')
  await refusal(classify(optional.url, espresso, { headers: bearer(`${secret}x`) }), 401, 'invalid_key')
  await refusal(fetch(`${optional.url}/api/keys`), 401, 'unauthorized')
  expect((await fetch(optional.url)).status).toBe(200)
  await optional.stop()
})

extendedTest('vision keys manages the keys of a folder and of a server', async () => {
  const here = { DATA_DIR: data }
  const remote = ['--server', server.url, '--token', ADMIN_TOKEN]
  const created = await vision(
    ['keys', 'create', 'from-the-shell', '--scopes', 'classify,explain', '--expires', '90d'],
    here,
  )
  expect(created.code, created.err).toBe(0)
  const secret = created.out.trim()
  await answer(classify(server.url, espresso, { headers: bearer(secret) }))
  const again = await vision(['keys', 'create', 'from-the-shell', ...remote])
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('conflict')])
  const photoPath = 'public/gallery/espresso.png'
  const closed = await vision(['classify', photoPath, '--server', server.url])
  expect([closed.code, closed.err]).toEqual([5, expect.stringContaining('VISION_API_KEY')])
  const open = await vision(['classify', photoPath, '--server', server.url], { VISION_API_KEY: secret })
  expect([open.code, open.out]).toEqual([0, expect.stringContaining('espresso.png')])
  const rotated = await vision(['keys', 'rotate', 'from-the-shell', '--json', ...remote])
  const { key: made, secret: next } = JSON.parse(rotated.out) as NewApiKey
  expect(made).toMatchObject({ name: 'from-the-shell', scopes: ['classify', 'explain'], state: 'active' })
  await refusal(classify(server.url, espresso, { headers: bearer(secret) }), 401, 'invalid_key')
  await answer(classify(server.url, espresso, { headers: bearer(next) }))
  const revoked = await vision(['keys', 'revoke', 'from-the-shell'], here)
  expect(revoked.code, revoked.err).toBe(0)
  await refusal(classify(server.url, espresso, { headers: bearer(next) }), 401, 'key_revoked')
  const listed = await vision(['keys', 'list', '--json'], here)
  const ours = (JSON.parse(listed.out) as ApiKey[]).find(({ id }) => id === made.id)
  expect(ours).toMatchObject({ state: 'revoked', last_used: expect.any(String) })
  expect((await vision(['keys', 'list'], here)).out).toMatch(/^id +name +state/)
  expect((await vision(['keys', 'revoke', 'nobody'], here)).code).toBe(3)
  expect((await vision(['keys', 'create', 'x', '--scopes', 'all'], here)).code).toBe(2)
})
