import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashSync } from 'bcryptjs'
import { afterEach, expect, test } from 'vitest'
import { extendedTest, FULL } from '../support/full'
import { answer, classify } from '../support/http'
import { espresso } from '../support/photos'
import { rawRequest, seeded, sendRaw } from '../support/raw-requests'
import { PAGES, startServer, type TestServer } from '../support/server'

const servers: TestServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())))

async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ env: { ...PAGES, ...env } })
  servers.push(server)
  return server
}

const AT_ONCE = 64

/** Sends random requests concurrently; counts the responses by status. */
async function storm(server: TestServer, count: number, seed: number): Promise<Map<number | null, number>> {
  const random = seeded(seed)
  const port = Number(new URL(server.url).port)
  const outcomes = new Map<number | null, number>()
  let left = count
  const sender = async () => {
    while (left-- > 0) {
      const bytes = rawRequest(random)
      const { status } = await sendRaw(port, bytes)
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1)
      if (status === null || status < 500) continue
      left = 0
      throw new Error(`${status} for ${JSON.stringify(bytes.toString('latin1'))}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  return outcomes
}

const handles = (server: TestServer) => readdirSync(`/proc/${server.pid}/fd`).length

/** No socket or file is left over, and every log line is valid JSON without errors. */
async function expectClean(server: TestServer, before: number): Promise<void> {
  const end = performance.now() + 30_000
  while (handles(server) > before && performance.now() < end) await sleep(50)
  expect(handles(server)).toBeLessThanOrEqual(before)
  const lines = server.output().trim().split('\n')
  const wrong = lines.filter((line) => !isLine(line) || /"level":"(error|fatal)"|unhandled/.test(line))
  expect(wrong.slice(0, 3)).toEqual([])
}

function isLine(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Triggers everything that a server opens on first use and keeps open. */
async function warmUp(server: TestServer, headers: Record<string, string> = {}): Promise<number> {
  for (const path of ['/', '/nothing', '/gallery/koala.webp', '/api/jobs/x'])
    await (await fetch(server.url + path, { headers: { ...headers, connection: 'close' } })).arrayBuffer()
  await answer(classify(server.url, espresso, { headers: { ...headers, connection: 'close' } }))
  await sleep(100)
  return handles(server)
}

test('random requests: each gets a response or a closed connection, none an internal error, and nothing leaks', async () => {
  const server = await start()
  const before = await warmUp(server)
  const outcomes = await storm(server, FULL ? 3000 : 600, 20_261_128)
  // Most get a response, and many of them a success.
  expect(outcomes.get(200)).toBeGreaterThan(30)
  expect(outcomes.get(400)).toBeGreaterThan(80)
  expect(outcomes.get(null) ?? 0).toBeLessThan(150)
  await answer(classify(server.url, espresso, { headers: { connection: 'close' } }))
  await expectClean(server, before)
})

extendedTest('the same with BASIC_AUTH, and for pages in front of a remote API', async () => {
  const server = await start({ BASIC_AUTH: `ada:${hashSync('secret', 4)}` })
  const authorization = `Basic ${Buffer.from('ada:secret').toString('base64')}`
  const before = await warmUp(server, { authorization })
  await storm(server, FULL ? 1000 : 150, 1)
  await expectClean(server, before)
  const api = await start()
  const front = await start({ API_URL: api.url, MODELS_DIR: 'nowhere' })
  await warmUp(front)
  await storm(front, FULL ? 300 : 50, 2)
  await expectClean(front, handles(front))
})
