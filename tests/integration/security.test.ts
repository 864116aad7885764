import { afterAll, describe, expect, test } from 'vitest'
import { readEnvironment } from '@/lib/server/config/environment'
import { clientNetwork } from '@/lib/server/http/client-network'
import { answer, classify, raw, refusal } from '../support/http'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'

/** No test changes a server, so those with the same options are one. */
const servers = new Map<string, Promise<TestServer>>()
function start(env: Record<string, string>): Promise<TestServer> {
  const key = JSON.stringify(env)
  const server = servers.get(key) ?? startServer({ env })
  servers.set(key, server)
  return server
}
afterAll(async () => {
  for (const server of servers.values()) await (await server).stop()
})

test('a page runs only scripts with its nonce and cannot be framed', async () => {
  const { url } = await start(PAGES)
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const reply = await fetch(url)
      const policy = reply.headers.get('content-security-policy') ?? ''
      const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)?.[1]
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*unsafe/)
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
      const scripts = [...(await reply.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
      expect(scripts.length).toBeGreaterThan(3)
      for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`)
      return nonce
    }),
  )
  expect(nonces[0]).not.toBe(nonces[1])
})

const OTHER_SITES = {
  ...PAGES,
  FRAME_ANCESTORS: 'https://huggingface.co, https://example.com',
  CORS_ORIGINS: 'https://a.example, https://b.example',
}
test('FRAME_ANCESTORS allows framing by listed origins', async () => {
  const { url } = await start(OTHER_SITES)
  const policyOf = async (path: string) => (await fetch(url + path)).headers.get('content-security-policy')
  expect(await policyOf('/')).toContain('frame-ancestors https://huggingface.co https://example.com')
  expect(await policyOf('/api/models')).toContain("frame-ancestors 'none'")
})

const LIMITED = { ...PAGES, RATE_LIMIT: '3', TRUST_PROXY: '1' }
test('API responses have data-only headers, and HSTS only over TLS', async () => {
  const server = await start(LIMITED)
  const plain = await fetch(`${server.url}/api/models`)
  expect(plain.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
  expect(plain.headers.get('strict-transport-security')).toBeNull()
  const headers = { 'x-forwarded-proto': 'https' }
  const secure = await fetch(`${server.url}/api/models`, { headers })
  expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
  expect((await fetch(server.url, { headers })).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
  const direct = await start(PAGES)
  expect((await fetch(`${direct.url}/api/models`, { headers })).headers.get('strict-transport-security')).toBeNull()
})

describe('other sites', () => {
  const origin = 'https://a.example'
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  }

  test('are not allowed by default', async () => {
    const { url } = await start(PAGES)
    const reply = await classify(url, espresso, { headers: { origin } })
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, null])
    const asked = await raw(url, '/api/classify', { method: 'OPTIONS', headers: preflight })
    expect(asked.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('are allowed if listed, also for errors', async () => {
    const { url } = await start(OTHER_SITES)
    const asked = await raw(url, '/api/classify', { method: 'OPTIONS', headers: preflight })
    expect(asked.status).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,HEAD,POST',
      'access-control-allow-headers': 'content-type,content-encoding,x-request-id',
    })
    const reply = await classify(url, espresso, { headers: { origin } })
    expect(reply.headers.get('access-control-allow-origin')).toBe(origin)
    expect(reply.headers.get('access-control-expose-headers')).toContain('x-request-id')
    const refused = await classify(url, 'no photo', { headers: { origin } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([415, origin])
    const stranger = await classify(url, espresso, { headers: { origin: 'https://evil.example' } })
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('an invalid list prevents the start', () => {
    expect(() => readEnvironment({ CORS_ORIGINS: 'a.example' })).toThrow(/CORS_ORIGINS="a.example" is invalid/)
  })
})

describe('the rate limit', () => {
  test('is per client and reported in headers', async () => {
    const { url } = await start(LIMITED)
    const from = (address: string) => classify(url, espresso, { headers: { 'x-forwarded-for': address } })
    for (const left of [2, 1, 0]) {
      const reply = await from('203.0.113.7')
      expect(reply.headers.get('ratelimit-policy')).toBe('"photos";q=3;w=60')
      expect(reply.headers.get('ratelimit')).toMatch(new RegExp(`^"photos";r=${left};t=\\d+$`))
      await answer(reply)
    }
    const headers = await refusal(from('203.0.113.7'), 429, 'rate_limited')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    // Entries that a client adds left of the proxy's don't change its identity.
    await refusal(from('198.51.100.1, 203.0.113.7'), 429, 'rate_limited')
    await answer(from('203.0.113.7, 198.51.100.2'))
  })

  test('does not believe anybody without a proxy, and is off by default', async () => {
    const limited = await start({ RATE_LIMIT: '1' })
    await answer(classify(limited.url, espresso, { headers: { 'x-forwarded-for': '203.0.113.7' } }))
    await refusal(
      classify(limited.url, espresso, { headers: { 'x-forwarded-for': '203.0.113.8' } }),
      429,
      'rate_limited',
    )
    const open = await start(PAGES)
    const reply = await classify(open.url, espresso)
    expect([reply.status, reply.headers.get('ratelimit')]).toEqual([200, null])
  })

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('the network of %s is %s', (address, expected) => {
    expect(clientNetwork(address)).toBe(expected)
  })
})
