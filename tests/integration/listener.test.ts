import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEnvironment } from '@/lib/server/config/environment'
import { Connections } from '@/lib/server/host/connections'
import { requestListener } from '@/lib/server/host/listener/request-listener'
import { createLog } from '@/lib/server/observe/log'
import { createFrontRuntime } from '@/lib/server/runtime/front-runtime'
import type { Classification } from '@/lib/shared/contract/contract'
import { answer, classify, raw, refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, FORM_END, FORM_TYPE, filePart } from '../support/many-photos'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'

let server: TestServer
let withPassword: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...PAGES, METRICS: 'on' } })
  withPassword = await startServer({ env: { ...PAGES, BASIC_AUTH: `ada:${hashSync('secret', 4)}` } })
})
afterAll(() => Promise.all([server.stop(), withPassword.stop()]))

interface Reply {
  status: number
  head: string
  body: string
}

/** Sends raw requests on one connection and reads a response to each; the connection stays open in between. */
async function exchange(url: string, ...requests: (string | Buffer)[]): Promise<Reply[]> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = Buffer.alloc(0)
  const replies: Reply[] = []
  const pieces = socket[Symbol.asyncIterator]()
  for (const bytes of requests) {
    socket.write(bytes)
    let reply: Reply | null = null
    while (!reply) {
      const { value, done } = await pieces.next()
      if (value) received = Buffer.concat([received, value as Buffer])
      reply = readReply(received, done === true)
      if (done && !reply) throw new Error(`The connection ended after ${JSON.stringify(received.toString('latin1'))}`)
    }
    replies.push(reply)
    received = Buffer.alloc(0)
  }
  socket.destroy()
  return replies
}

/** Parses one response; null if it is incomplete. */
function readReply(bytes: Buffer, ended: boolean): Reply | null {
  const [head, ...rest] = bytes.toString('latin1').split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head ?? '')?.[1])
  if (!status || rest.length === 0) return null
  const length = Number(/^content-length: (\d+)/im.exec(head ?? '')?.[1] ?? 0)
  const chunked = /^transfer-encoding: chunked/im.test(head ?? '')
  const whole = chunked ? body.endsWith('0\r\n\r\n') : status === 204 || status === 304 || body.length >= length
  return whole || ended ? { status, head: head ?? '', body } : null
}

const get = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`

function photoTo(target: string, headers = '', photo: Buffer = Buffer.from(espresso)): Buffer {
  const head = `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${photo.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), photo])
}

describe('targets', () => {
  test.each([
    ['/api/classify/'],
    ['//api/classify'],
    ['///api//classify//'],
    ['/api/./classify'],
    ['/x/../api/classify'],
    ['http://x/api/classify'],
    ['HTTP://x//api/classify/?top_k=1'],
    ['/api/classify/?top_k=1'],
  ])('classifies a photo sent to %s like the canonical path, without a redirect', async (target) => {
    const [reply] = await exchange(server.url, photoTo(target))
    expect(reply?.status, reply?.head).toBe(200)
    const { predictions, image } = JSON.parse(reply!.body) as Classification
    expect(image.bytes).toBe(espresso.length)
    expect(predictions).toHaveLength(target.includes('top_k=1') ? 1 : 5)
  })

  test('counts, limits and protects them like the canonical path', async () => {
    const limited = await startServer({ env: { ...PAGES, RATE_LIMIT: '2', METRICS: 'on' } })
    const statuses: number[] = []
    for (const target of ['/api/classify/', '//api/classify', '/api/classify/']) {
      statuses.push((await exchange(limited.url, photoTo(target)))[0]!.status)
    }
    expect(statuses).toEqual([200, 200, 429])
    const text = await (await fetch(`${limited.url}//metrics/`)).text()
    expect(text).toContain('vision_http_requests_total{route="/api/classify",method="POST",status="200",code=""} 2')
    await limited.stop()
    for (const target of ['//api/models', '/api/models/', 'http://x/api/models']) {
      expect((await exchange(withPassword.url, get(target)))[0]?.status, target).toBe(401)
    }
    const [nothing] = await exchange(server.url, get('/api//nothing/'))
    expect(nothing?.status).toBe(404)
    expect(nothing?.body).toContain('No resource at /api/nothing.')
  })

  test.each([
    ['//', 308, /^location: \/\r?$/im],
    ['//models', 308, /^location: \/models\r?$/im],
    ['///evil.example/x', 308, /^location: \/evil\.example\/x\r?$/im],
    ['/models/', 308, /^location: \/models\r?$/im],
    ['http://x/models', 200, /^content-type: text\/html/im],
    ['http://x', 200, /^content-type: text\/html/im],
    ['/%', 404, /./],
    ['/%zz', 404, /./],
  ])('page %s: %i', async (target, status, head) => {
    const [reply] = await exchange(server.url, get(target, 'Connection: close\r\n'))
    expect(reply?.status).toBe(status)
    expect(reply?.head).toMatch(head)
  })

  test('with BASIC_AUTH, no spelling of a path bypasses the password', async () => {
    for (const target of [
      '//',
      '//icons/../models',
      '/icons/../models',
      '/icons/%2e%2e/models',
      '/icons/..\\models',
      'http://x/',
    ]) {
      expect((await exchange(withPassword.url, get(target)))[0]?.status, target).toBe(401)
    }
    expect((await exchange(withPassword.url, get('//health//live/')))[0]?.status).toBe(200)
  })
})

describe('malformed requests are refused with a problem and logged', () => {
  test.each([
    ['*', get('*'), 400, 'malformed_request'],
    ['a URL without a host', get('http:///x'), 400, 'malformed_request'],
    ['another scheme', get('ftp://x/api/models'), 400, 'malformed_request'],
    ['a user name in a URL', get('http://u:p@x/api/models'), 400, 'malformed_request'],
    ['no Host', 'GET /api/models HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
    ['two Hosts', get('/', 'Host: y\r\n'), 400, 'malformed_request'],
    ['an invalid Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'malformed_request'],
    ['a percent-encoded Host', 'GET /api/models HTTP/1.1\r\nHost: %41\r\n\r\n', 400, 'malformed_request'],
    ['bytes that are not a request', 'not a request\r\n\r\n', 400, 'malformed_request'],
    ['a NUL', get('/\0'), 400, 'malformed_request'],
    ['two lengths', photoTo('/api/classify', 'Content-Length: 3\r\n'), 400, 'malformed_request'],
    ['a length and chunks', photoTo('/api/classify', 'Transfer-Encoding: chunked\r\n'), 400, 'malformed_request'],
    [
      'an invalid chunk',
      'POST /api/classify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'malformed_request',
    ],
    ['long headers', get('/', `X: ${'x'.repeat(20_000)}\r\n`), 431, 'headers_too_large'],
    ['TRACE on a page', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
    ['POST to a page', photoTo('/', 'Next-Action: abc\r\n'), 405, 'method_not_allowed'],
    ['CONNECT', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n', 405, 'method_not_allowed'],
  ])('%s', async (_, request, status, code) => {
    const [reply] = await exchange(server.url, request)
    expect(reply?.status, reply?.head).toBe(status)
    expect(reply?.head).toMatch(/^content-type: application\/problem\+json\r?$/im)
    const [, id] = /^x-request-id: (\S+)\r?$/im.exec(reply!.head) ?? []
    expect(JSON.parse(reply!.body)).toMatchObject({ status, code, request_id: id })
    await server.printed(new RegExp(`"request_id":"${id}".*"code":"${code}"`))
    if (status === 405) expect(reply?.head).toMatch(/^allow: GET, HEAD/im)
  })

  test('logs neither passwords in URLs nor queries', async () => {
    await exchange(server.url, get('http://u:hunter2@x/api/models?hunter2'))
    await exchange(server.url, get('/api/models?hunter2'), get('*'))
    expect(server.output()).not.toContain('hunter2')
  })

  test('sends browsers plain text', async () => {
    const reply = await fetch(server.url, { method: 'PUT', headers: { accept: 'text/html,*/*' } })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([405, 'text/plain; charset=utf-8'])
  })

  test('answers earlier requests on the same connection first, and none after', async () => {
    const [first] = await exchange(server.url, `${get('/api/site')}nonsense\r\n\r\n${get('/health/live')}`)
    expect(first?.status).toBe(200)
    expect(first?.head).toMatch(/^connection: close\r?$/im)
    expect(first?.body).not.toContain('HTTP/1.1')
  })
})

describe('OPTIONS, upgrades, expectations and preconditions', () => {
  test('answers OPTIONS for the server and for a page', async () => {
    const [all, page] = await exchange(
      server.url,
      'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
      'OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n',
    )
    expect([all?.status, page?.status]).toEqual([204, 204])
    expect(all?.head).toMatch(/^allow: GET, HEAD, POST, DELETE, OPTIONS\r?$/im)
    expect(page?.head).toMatch(/^allow: GET, HEAD, OPTIONS\r?$/im)
  })

  test.each(['h2c', 'websocket'])('ignores an upgrade to %s, before and after a page', async (protocol) => {
    const upgrade = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\n`
    const replies = await exchange(
      server.url,
      get('/health/live', upgrade),
      get('/icon.svg'),
      get('/health/live', upgrade),
      photoTo('/api/classify', upgrade),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('ignores an unknown expectation', async () => {
    expect((await exchange(server.url, photoTo('/api/classify', 'Expect: banana\r\n')))[0]?.status).toBe(200)
  })

  test.each([
    'Range: bytes=99999999-',
    'Range: bytes=z',
    'If-Match: "x"',
    'If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT',
  ])('serves a static file whole with %s', async (header) => {
    const [reply] = await exchange(server.url, get('/gallery/koala.webp', `${header}\r\n`))
    expect(reply?.status).toBe(200)
    expect(reply?.head).toMatch(/^accept-ranges: none\r?$/im)
  })

  test('ignores an invalid state of the Next.js router', async () => {
    for (const state of ['%zz', '[]', '{}', encodeURIComponent('["",{"children":1}]')]) {
      const headers = `RSC: 1\r\nNext-Router-State-Tree: ${state}\r\nConnection: close\r\n`
      const [reply] = await exchange(server.url, get('/nothing?_rsc=1', headers))
      expect(reply?.status, state).toBeLessThan(500)
    }
  })
})

describe('forms', () => {
  const BOUNDARY_TYPE = `Content-Type: ${FORM_TYPE['content-type']}\r\n`
  const [one, two] = distinctPhotos(2) as [{ file: string; bytes: Buffer }, { file: string; bytes: Buffer }]
  const preamble = Buffer.from('This is a message in MIME format.\r\n--a-boundary-of-the-test, it is none\r\n\r\n')
  const epilogue = Buffer.from('\r\nAnd that was all.\r\n--a-boundary-of-the-test\r\n')
  const withoutEnd = filePart(two, 'file').subarray(0, -2)

  test('accepts a preamble, an epilogue and a missing last boundary, and keeps the connection usable', async () => {
    const forms = [
      Buffer.concat([preamble, filePart(one, 'file'), FORM_END]),
      Buffer.concat([filePart(one, 'file'), FORM_END, epilogue]),
      withoutEnd,
      Buffer.concat([preamble, filePart(one, 'file')]),
      Buffer.concat([filePart(one, 'file'), FORM_END.subarray(0, -4)]),
    ]
    const requests = forms.flatMap((form) => [photoTo('/api/classify', BOUNDARY_TYPE, form), get('/health/live')])
    const replies = await exchange(server.url, ...requests)
    expect(replies.map(({ status, body }) => (status === 200 ? 200 : body))).toEqual(Array(10).fill(200))
    // The third form has exactly the bytes of its photo.
    expect((JSON.parse(replies[4]!.body) as Classification).image.bytes).toBe(two.bytes.length)
  })

  test('reads options from a form without a last boundary', async () => {
    const option = Buffer.from('--a-boundary-of-the-test\r\ncontent-disposition: form-data; name="top_k"\r\n\r\n2')
    const form = Buffer.concat([filePart(one, 'file'), option])
    const [reply] = await exchange(server.url, photoTo('/api/classify', BOUNDARY_TYPE, form))
    expect((JSON.parse(reply!.body) as Classification).predictions).toHaveLength(2)
  })

  test('the same holds for a stream and a job', async () => {
    const form = Buffer.concat([preamble, filePart(one), withoutEnd])
    const [stream, next] = await exchange(
      server.url,
      photoTo('/api/classify?stream=1', BOUNDARY_TYPE, form),
      get('/health/live'),
    )
    expect(stream?.body.match(/"status":"ok"/g)).toHaveLength(2)
    expect(next?.status).toBe(200)
    const { id } = await createJob(server.url, new Uint8Array(form), '', FORM_TYPE)
    await jobDone(server.url, id)
    expect((await resultsOf(server.url, id)).map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  test('refuses a form without any boundary and one whose only part has incomplete headers', async () => {
    for (const form of [preamble, Buffer.from('--a-boundary-of-the-test\r\ncontent-disp')]) {
      const reply = fetch(`${server.url}/api/classify`, {
        method: 'POST',
        headers: FORM_TYPE,
        body: new Uint8Array(form),
      })
      await refusal(reply, 400, 'no_file')
    }
  })
})

test('a failing page gives a problem and a log line; one that fails midway aborts the response', async () => {
  const lines: string[] = []
  const log = createLog({ LOG_LEVEL: 'info', ENVIRONMENT: undefined })
  log.error = ((fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }))) as never
  const runtime = createFrontRuntime(readEnvironment({ API_URL: 'http://127.0.0.1:9' }), 'http://127.0.0.1:9', log)
  const http = createServer()
  http.on(
    'request',
    requestListener(new Connections(http), runtime, async ({ url }, response) => {
      if (url === '/begun') response.writeHead(200, { 'content-length': 10 }).write('half')
      throw new Error('page failed')
    }),
  )
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  await refusal(fetch(`${url}/whole`), 500, 'internal')
  await expect(fetch(`${url}/begun`).then((reply) => reply.text())).rejects.toThrow()
  expect(lines.map((line) => JSON.parse(line) as { path: string }).map(({ path }) => path)).toEqual([
    '/whole',
    '/begun',
  ])
  http.closeAllConnections()
  http.close()
  await runtime.close()
  await answer(fetch(`${server.url}/api/classify`, { method: 'POST', body: new Uint8Array(espresso) }))
})

test('without pages, serves only the API', async () => {
  const api = await startServer({ env: { PAGES: 'false' } })
  await refusal(fetch(api.url), 404, 'not_found')
  await refusal(fetch(`${api.url}/gallery/koala.webp`), 404, 'not_found')
  await answer(classify(api.url, espresso))
  expect((await fetch(`${api.url}/health/ready`)).status).toBe(200)
  await api.stop()
  await expect(startServer({ env: { PAGES: 'false', API_URL: api.url } })).rejects.toThrow(
    /PAGES="false" contradicts API_URL/,
  )
})

test('serves scripts and styles as they were compressed at build time, for good', async () => {
  const page = await (await fetch(server.url, { headers: { accept: 'text/html' } })).text()
  const paths = [...new Set(page.match(/\/_next\/static\/[^"]+\.(?:js|css)/g))]
  expect(paths.length).toBeGreaterThan(5)
  for (const path of paths) {
    const given = async (encoding: string) => {
      // fetch decodes the body.
      const reply = await fetch(server.url + path, { headers: { 'accept-encoding': encoding } })
      const { status, headers } = reply
      expect([status, headers.get('cache-control'), headers.get('vary')], path).toEqual([
        200,
        'public, max-age=31536000, immutable',
        'accept-encoding',
      ])
      const [coding, length] = ['content-encoding', 'content-length'].map((name) => headers.get(name))
      return { coding, length: Number(length), text: await reply.text() }
    }
    const [plain, gzip, brotli] = [await given('identity'), await given('gzip'), await given('gzip, deflate, br')]
    expect([plain.coding, gzip.text, brotli.text], path).toEqual([null, plain.text, plain.text])
    if (plain.length < 1000) continue // Fits into one packet.
    expect([gzip.coding, brotli.coding], path).toEqual(['gzip', 'br'])
    expect(brotli.length, path).toBeLessThan(gzip.length)
  }
  const [path = ''] = paths
  const { status, headers, body } = await raw(server.url, path, { method: 'HEAD' })
  expect([status, Number(headers['content-length']) > 0, body]).toEqual([200, true, ''])
  for (const wrong of ['/_next/static/none.js', '/_next/static/', '/_next/static/%zz', '/_next/static/..%2fBUILD_ID'])
    expect((await raw(server.url, wrong, { method: 'GET' })).status, wrong).toBeGreaterThanOrEqual(300)
  await refusal(fetch(server.url + path, { method: 'POST' }), 405, 'method_not_allowed')
  expect((await fetch(withPassword.url + path)).status).toBe(401)
})
