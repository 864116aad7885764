import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { readEnvironment } from '@/lib/server/config/environment'
import { statusSchema } from '@/lib/shared/contract/contract'
import { FULL } from '../support/full'
import { answer, classify, refusal } from '../support/http'
import { TINY_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { freeze, PAGES, startServer, type TestServer } from '../support/server'

const servers: TestServer[] = []
async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ env })
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const pid of server.workers()) process.kill(pid, 'SIGCONT')
    await server.stop()
  }
})

async function status(server: TestServer): Promise<{ queue: { photos: number }; running: number }> {
  return statusSchema.parse(await (await fetch(`${server.url}/health/status`)).json())
}

describe('shutdown', () => {
  test('a refused upload that keeps sending does not delay it', async () => {
    const server = await start({ MAX_REQUEST_BYTES: '1000000', MAX_IMAGE_BYTES: '1000000' })
    const upload = request(`${server.url}/api/classify`, { method: 'POST', agent: new Agent({ keepAlive: true }) })
    // More than the server discards: it may close the connection.
    upload.on('error', () => {})
    const replied = once(upload, 'response') as Promise<[IncomingMessage]>
    for (let piece = 0; piece < 50; piece++) {
      upload.write(Buffer.alloc(100_000))
      await sleep(5)
    }
    upload.end()
    const [reply] = await replied
    reply.resume()
    const begun = performance.now()
    expect([reply.statusCode, await server.stop()]).toEqual([413, 0])
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  test('answers requests in flight, refuses new ones, does not wait for unused connections, exits with 0', async () => {
    const server = await start()
    const { hostname, port } = new URL(server.url)
    const unused = connect(Number(port), hostname)
    await once(unused, 'connect')
    const closed = once(unused, 'close')
    const thaw = freeze(server)
    const photos = Array.from({ length: 8 }, () => classify(server.url, espresso))
    while ((await status(server)).queue.photos < 5) await sleep(5)
    server.child.kill('SIGTERM')
    while (
      await fetch(`${server.url}/health/live`).then(
        () => true,
        () => false,
      )
    )
      await sleep(5)
    thaw()
    for (const reply of await Promise.all(photos)) {
      expect((await answer(reply)).image.bytes).toBe(espresso.length)
    }
    const [code] = server.child.exitCode === null ? await once(server.child, 'exit') : [server.child.exitCode]
    expect(code).toBe(0) // 1 if it had waited for the connection's timeout
    await closed
  })

  test('a keep-alive connection gets its page and is then closed', async () => {
    const server = await start(PAGES)
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let page = ''
    socket.on('data', (data) => (page += data))
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
    await fetch(`${server.url}/health/live`)
    server.child.kill('SIGTERM')
    while (
      await fetch(`${server.url}/health/live`).then(
        () => true,
        () => false,
      )
    )
      await sleep(5)
    socket.write('\r\n')
    const exited = once(server.child, 'exit')
    await once(socket, 'close')
    expect(page).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Classify a photo/)
    expect((await exited)[0]).toBe(0)
  })

  test('becomes unready immediately and serves on while load balancers notice', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '1500' })
    server.child.kill('SIGTERM')
    while ((await fetch(`${server.url}/health/ready`)).status === 200) await sleep(5)
    await refusal(fetch(`${server.url}/health/ready`), 503, 'shutting_down')
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect((await answer(classify(server.url, espresso))).image.bytes).toBe(espresso.length)
    const [code] = await once(server.child, 'exit')
    expect(code).toBe(0)
  })

  test('abandons a hanging photo after the timeout and exits with 1', async () => {
    const server = await start({ ENGINE_WORKERS: '1', SHUTDOWN_TIMEOUT_MS: '300' })
    const [worker] = server.workers() as [number]
    const thaw = freeze(server)
    const photo = classify(server.url, espresso).catch(() => 'cut')
    while ((await status(server)).running === 0) await sleep(5)
    server.child.kill('SIGTERM')
    const [code] = await once(server.child, 'exit')
    expect([code, await photo]).toEqual([1, 'cut'])
    thaw()
    // The worker notices that its parent is gone and exits.
    while (alive(worker)) await sleep(5)
  })
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('responds with 429 and Retry-After for a full queue, and 503 for a missed deadline', async () => {
  const server = await start({ ENGINE_WORKERS: '1', MAX_QUEUE: '1', REQUEST_TIMEOUT_MS: '700' })
  const thaw = freeze(server)
  const photos = Array.from({ length: 8 }, () => classify(server.url, espresso))
  const replies = await Promise.all(photos)
  const codes = await Promise.all(
    replies.map(async (reply) => [
      reply.status,
      ((await reply.json()) as { code: string }).code,
      reply.headers.get('retry-after'),
    ]),
  )
  expect(codes.filter(([status]) => status === 429)).toEqual(Array(4).fill([429, 'queue_full', '1']))
  expect(codes.filter(([status]) => status === 503)).toEqual(Array(4).fill([503, 'deadline_exceeded', '1']))
  thaw()
  expect((await answer(classify(server.url, espresso))).image.bytes).toBe(espresso.length)
})

test('a client that disconnects removes its photo from the queue', async () => {
  const server = await start({ ENGINE_WORKERS: '1' })
  const thaw = freeze(server)
  const abort = new AbortController()
  const photos = Array.from({ length: 6 }, () =>
    fetch(`${server.url}/api/classify`, { method: 'POST', body: espresso, signal: abort.signal }).catch(() => 'left'),
  )
  while ((await status(server)).queue.photos < 3) await sleep(5)
  abort.abort()
  expect(await Promise.all(photos)).toEqual(Array(6).fill('left'))
  while ((await status(server)).queue.photos > 0) await sleep(5)
  thaw()
  await answer(classify(server.url, espresso))
})

describe('startup', () => {
  test.each([
    ['PORT', 'abc', 'a whole number from 0 to 65535'],
    ['ENGINE_WORKERS', '0', 'a whole number from 1 to 256'],
    ['DEFAULT_MODEL_TYPE', 'huge', 'fast, balanced, accurate'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info, debug, silent'],
  ])('%s=%s prevents it with a one-line error', async (name, value, allowed) => {
    const line = `${name}="${value}" is invalid; expected: ${allowed}`
    expect(() => readEnvironment({ [name]: value })).toThrow(line)
    if (FULL || name === 'PORT')
      await expect(startServer({ env: { [name]: value } })).rejects.toThrow(`the server stopped with 1:\n${line}\n`)
  })

  test('a port in use prevents it with a one-line error', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startServer({ env: { PORT: String(port) } })).rejects.toThrow(
      `cannot start: port ${port} on 127.0.0.1 is already in use; set PORT to another one`,
    )
    other.close()
  })
})

test('next start serves pages, API and health from the same app', async () => {
  const child = spawn('node_modules/.bin/next', ['start', '-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, ...TINY_MODEL, NODE_ENV: 'production', LOG_LEVEL: 'silent', ENGINE_WORKERS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    let output = ''
    child.stdout.on('data', (data) => (output += data))
    while (!/127\.0\.0\.1:\d+/.test(output)) await once(child.stdout, 'data')
    const url = `http://${/127\.0\.0\.1:\d+/.exec(output)?.[0]}`
    expect((await fetch(url)).status).toBe(200)
    expect((await answer(classify(url, espresso))).image.bytes).toBe(espresso.length)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    await refusal(fetch(`${url}/api/classify`), 405, 'method_not_allowed')
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})
