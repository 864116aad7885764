import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchPhoto } from '@/lib/server/photo-url/fetch-photo'
import type { Problem } from '@/lib/shared/problems/problem'
import { answer, classify, refusal } from '../support/http'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

/** A local stand-in for the web: only explicitly allowed hosts may be reached. */
let web: Server
let server: TestServer
let base: string
let host: string
let requested: string[] = []

const PAGES: Record<string, RequestListener> = {
  '/photo.png': (_request, response) => response.end(espresso),
  '/moved': (_request, response) => response.writeHead(302, { location: '/photo.png' }).end(),
  '/redirect-loop': (_request, response) => response.writeHead(302, { location: '/redirect-loop' }).end(),
  '/inside': (_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  '/other-port': (_request, response) => response.writeHead(302, { location: `http://127.0.0.1:22/` }).end(),
  '/file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/huge': (_request, response) => response.writeHead(200, { 'content-length': 30_000_000 }).write('x'),
  '/endless': (_request, response) => {
    const more = () => !response.destroyed && response.write(Buffer.alloc(1_000_000), () => setImmediate(more))
    more()
  },
  '/never': () => {},
  '/page': (_request, response) => response.end('<html></html>'),
}

beforeAll(async () => {
  web = createServer((request, response) => {
    requested.push(request.url ?? '')
    const page = PAGES[request.url ?? '']
    if (page) page(request, response)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  host = `127.0.0.1:${(web.address() as AddressInfo).port}`
  base = `http://${host}`
  server = await startServer({ env: { URL_INPUT_ALLOW: host, URL_INPUT_TIMEOUT_MS: '1500', LOG_LEVEL: 'warn' } })
})
afterAll(async () => {
  await server.stop()
  web.closeAllConnections()
  web.close()
})

const byUrl = (url: unknown, to = server) =>
  classify(to.url, JSON.stringify({ url, top_k: 1 }), { headers: { 'content-type': 'application/json' } })

test('fetches a photo, also through redirects, and gives the same result as an upload', async () => {
  for (const path of ['/photo.png', '/moved']) {
    const { predictions, image } = await answer(byUrl(base + path))
    expect(predictions).toEqual((await answer(classify(server.url, espresso, { query: '?top_k=1' }))).predictions)
    expect(image).toMatchObject({ format: 'png', bytes: espresso.length })
  }
})

test.each([
  ['/redirect-loop', 422, 'url_unreachable'],
  ['/inside', 422, 'url_refused'],
  ['/other-port', 422, 'url_refused'],
  ['/file', 422, 'url_refused'],
  ['/huge', 413, 'too_large'],
  ['/endless', 413, 'too_large'],
  ['/never', 422, 'url_unreachable'],
  ['/nothing', 422, 'url_unreachable'],
  ['/page', 415, 'not_an_image'],
] as const)('refuses %s with %i %s', async (path, status, code) => {
  await refusal(byUrl(base + path), status, code)
})

test.each([
  'http://127.0.0.1/',
  'http://localhost/',
  'http://[::1]/',
  'http://0.0.0.0/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://127.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://169.254.169.254/',
  'http://[fd00:ec2::254]/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'http://127.0.0.1:6379/',
  'ftp://example.com/a.png',
  'file:///etc/passwd',
  'gopher://example.com/',
  'data:image/png;base64,AAAA',
  'javascript:alert(1)',
  'http://user:secret@example.com/',
  'not a URL',
  'http://',
  'http://example.com:22/',
])('never sends a request to %s', async (url) => {
  requested = []
  await refusal(byUrl(url), 422, 'url_refused')
  expect(requested).toEqual([])
})

test('refuses a URL that is not a string', async () => {
  await refusal(byUrl(7), 400, 'no_file')
  await refusal(byUrl(''), 400, 'no_file')
})

test('can be turned off', async () => {
  const off = await startServer({ env: { URL_INPUT: 'false', URL_INPUT_ALLOW: host, LOG_LEVEL: 'warn' } })
  await refusal(byUrl(`${base}/photo.png`, off), 422, 'url_refused')
  await off.stop()
})

describe('host names', () => {
  type Lookup = NonNullable<Parameters<typeof fetchPhoto>[1]['lookup']>
  /** A resolver that returns these addresses, one list per query. */
  const resolver = (...answers: string[][]) => {
    let queries = 0
    const lookup = (_name: string, _options: object, callback: (error: null, list: object[]) => void) => {
      const list = answers[Math.min(queries++, answers.length - 1)] ?? []
      callback(
        null,
        list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
    return { lookup: lookup as unknown as Lookup, queries: () => queries }
  }
  const code = (url: string, lookup: Lookup) =>
    fetchPhoto(url, { maxBytes: 1e6, timeoutMs: 500, allow: [], lookup }).then(
      () => 'fetched',
      (error: Problem) => error.code,
    )

  test.each([['127.0.0.1'], ['::1'], ['10.0.0.7'], ['93.184.215.14', '127.0.0.1'], ['::ffff:10.0.0.1']])(
    'refuses one that resolves to %s',
    async (...addresses) => {
      requested = []
      const { lookup, queries } = resolver(addresses)
      expect(await code('http://photos.example/photo.png', lookup)).toBe('url_refused')
      expect(queries()).toBe(1)
      expect(requested).toEqual([])
    },
  )

  test('connects to the address that was checked: resolves a name once', async () => {
    // DNS rebinding: the first answer is public (and leads nowhere here), the next would be local.
    const { lookup, queries } = resolver(['192.0.2.1'], ['127.0.0.1'])
    expect(await code('http://photos.example/photo.png', lookup)).toBe('url_refused')
    const public_ = resolver(['93.184.215.14'], ['127.0.0.1'])
    expect(await code('http://photos.example/photo.png', public_.lookup)).toBe('url_unreachable')
    expect([queries(), public_.queries()]).toEqual([1, 1])
  })
})

describe('POST /api/photo', () => {
  const photo = (body: unknown) =>
    fetch(`${server.url}/api/photo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('returns the bytes with their type, in a form that no page can embed', async () => {
    const reply = await photo({ url: `${base}/moved` })
    expect(Buffer.from(await reply.arrayBuffer()).equals(espresso)).toBe(true)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  })

  test('refuses non-photos and disallowed URLs', async () => {
    await refusal(photo({ url: `${base}/page` }), 415, 'not_an_image')
    await refusal(photo({ url: `${base}/inside` }), 422, 'url_refused')
    await refusal(photo({}), 400, 'invalid_parameter')
    await refusal(photo('{'), 400, 'invalid_json')
    await refusal(photo('x'.repeat(20_000)), 413, 'too_large')
    await refusal(fetch(`${server.url}/api/photo?url=${base}/photo.png`), 405, 'method_not_allowed')
  })
})
