import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, refusal } from '../support/http'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { PAGES, startServer, type TestServer } from '../support/server'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'

const PASSWORD = 'correct horse: battery staple'
const TOKEN = 'operator-of-the-tests'
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const RIGHT = basic('ada', PASSWORD)

async function hashed(user: string, password: string) {
  const run = startVision(['hash-password', user])
  run.child.stdin.end(`${password}\n`)
  const code = await new Promise((resolve) => run.child.on('close', resolve))
  return { code, ...run.said() }
}

let server: TestServer
let line: string
beforeAll(async () => {
  ;({ out: line } = await hashed('ada', PASSWORD))
  const [, credentials = ''] = /^BASIC_AUTH='(ada:\$scrypt\$.+)'\n$/.exec(line) ?? []
  server = await startServer({
    env: { ...PAGES, ...REAL_MODEL, BASIC_AUTH: credentials, ADMIN_TOKEN: TOKEN, TRUST_PROXY: '1' },
  })
})
afterAll(() => server.stop())

let next = 1
/** A separate client address, so that tests don't share attempts. */
const from = (address = `192.0.2.${next++}`) => ({ 'x-forwarded-for': address })

test('pages and API require a password; probes and files that browsers fetch without credentials don’t', async () => {
  for (const path of [
    '/',
    '/models',
    '/batch',
    '/gallery/koala.webp',
    '/nothing',
    '/api/models',
    '/api/openapi.json',
    '/api/nothing',
  ]) {
    const closed = await fetch(server.url + path, { headers: from() })
    expect(closed.status, path).toBe(401)
    expect(closed.headers.get('www-authenticate'), path).toBe('Basic realm="Vision", charset="UTF-8"')
    const open = await fetch(server.url + path, { headers: { ...from(), ...RIGHT } })
    expect(open.status, path).toBe(path.includes('nothing') ? 404 : 200)
  }
  for (const path of ['/health/live', '/health/ready', '/health/status', '/manifest.webmanifest']) {
    expect((await fetch(server.url + path)).status, path).toBe(200)
  }
  await answer(
    fetch(`${server.url}/api/classify`, {
      method: 'POST',
      headers: { ...from(), ...RIGHT },
      body: espresso as BodyInit,
    }),
  )
})

test('refuses wrong and malformed credentials', async () => {
  for (const wrong of [
    basic('ada', 'wrong'),
    basic('ada', ''),
    basic('eve', PASSWORD),
    basic('', PASSWORD),
    { authorization: 'Basic' },
    { authorization: `Basic ${PASSWORD}` },
    { authorization: `Bearer ${PASSWORD}` },
    { authorization: 'Digest x' },
  ]) {
    await refusal(fetch(`${server.url}/api/models`, { headers: { ...from(), ...wrong } }), 401, 'unauthorized')
  }
})

test('accepts the operator’s token instead', async () => {
  const headers = { ...from(), authorization: `Bearer ${TOKEN}` }
  expect((await fetch(`${server.url}/api/jobs`, { headers })).status).toBe(200)
})

test('limits attempts per client address, also concurrent ones, without locking out other addresses', async () => {
  const address = from()
  const attempt = (password: string, headers = address) =>
    fetch(`${server.url}/api/models`, { headers: { ...headers, ...basic('ada', password) } })
  const replies = await Promise.all(Array.from({ length: 25 }, (_, i) => attempt(`wrong ${i}`)))
  const statuses = replies.map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(10)
  expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  const limited = await refusal(attempt('another'), 429, 'rate_limited')
  expect(Number(limited.get('retry-after'))).toBeGreaterThan(200)
  // Pages too.
  // A browser that requests a page gets a sentence.
  const page = await fetch(server.url, {
    headers: { ...address, ...basic('ada', 'yet another'), accept: 'text/html' },
  })
  expect([page.status, await page.text()]).toEqual([
    429,
    expect.stringMatching(/^Too many failed sign-in attempts. Try again in \d+ s\.\n$/),
  ])
  expect((await attempt(PASSWORD, from())).status).toBe(200)
})

test('refuses state-changing requests from pages of other sites', async () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${server.url}/api/classify`, {
      method: 'POST',
      headers: { ...from(), ...RIGHT, ...headers },
      body: espresso as BodyInit,
    })
  await refusal(post({ origin: 'https://evil.example' }), 403, 'forbidden')
  await refusal(post({ origin: 'null' }), 403, 'forbidden')
  await refusal(post({ 'sec-fetch-site': 'cross-site' }), 403, 'forbidden')
  await answer(post({ origin: server.url }))
  await answer(post({ 'sec-fetch-site': 'same-origin' }))
  await answer(post({}))
})

test('the command takes the user name and password from the URL', async () => {
  const address = server.url.replace('://', `://ada:${encodeURIComponent(PASSWORD)}@`)
  const run = await visionHere(['classify', 'public/gallery/koala.webp', '--server', address])
  expect(run).toMatchObject({ code: 0, out: expect.stringContaining('koala') })
  expect(await visionHere(['classify', 'public/gallery/koala.webp', '--server', server.url])).toMatchObject({ code: 5 })
})

test('accepts bcrypt from htpasswd, refuses to start without a hash, and refuses a short password', async () => {
  const bcrypt = await startServer({ env: { BASIC_AUTH: `ada:${hashSync(PASSWORD, 6)}`, ENGINE_WORKERS: '1' } })
  expect((await fetch(`${bcrypt.url}/api/models`, { headers: RIGHT })).status).toBe(200)
  expect((await fetch(`${bcrypt.url}/api/models`, { headers: basic('ada', 'wrong') })).status).toBe(401)
  await bcrypt.stop()
  await expect(startServer({ env: { BASIC_AUTH: 'ada:secret' } })).rejects.toThrow(
    /BASIC_AUTH.*expected: a name and a password hash/,
  )
  expect(await hashed('ada', 'short')).toMatchObject({
    code: 2,
    err: 'The password must have at least 8 characters.\n',
  })
  expect(await visionHere(['hash-password', 'a:b'])).toMatchObject({ code: 2 })
  // Never the same hash twice.
  expect((await hashed('ada', PASSWORD)).out).not.toBe(line)
})
