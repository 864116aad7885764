import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answer, classify, refusal } from '../support/http'
import { smallFiles } from '../support/mutate'
import { onslaught } from '../support/onslaught'
import { as, espresso, hugePng } from '../support/photos'
import { residentBytes, startServer, type TestServer } from '../support/server'
import { storm } from '../support/storm'

let server: TestServer
beforeEach(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn' } })
})
afterEach(async () => {
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
  expect(await server.stop()).toBe(0)
})

/** Sends a photo this many times, eight at a time. */
async function send(photo: Buffer, count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await answer(classify(server.url, photo))
    }),
  )
}

/** Asserts that memory is unchanged within 10%. */
function expectSame(before: number, after: number): void {
  console.log(`resident memory: ${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`)
  expect(after).toBeLessThan(1.1 * before)
}

/**
 * Starts a request and sends its headers byte by byte. Resolves to the response when the server closes the connection.
 */
function dribble(url: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    let reply = ''
    const socket = connect(Number(port), hostname, () =>
      socket.write('POST /api/classify HTTP/1.1\r\nHost: here\r\nX: '),
    )
    const timer = setInterval(() => socket.write('y'), 2000)
    socket.on('data', (data) => (reply += data))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve(reply)
    })
  })
}

test('5,000 damaged photos leave memory unchanged', async () => {
  const seed = Number(process.env.SEED ?? 20_261_125)
  await onslaught(server, 1000, seed + 1)
  const before = residentBytes(server)
  console.log(`seed ${seed}: ${JSON.stringify(await onslaught(server, 5000, seed))}`)
  expect(server.output()).not.toContain('a worker crashed')
  expectSame(before, residentBytes(server))
})

test('survives a thousand decompression bombs', async () => {
  for (let i = 0; i < 1000; i++) {
    await refusal(classify(server.url, hugePng(10_000 + i, 60_000 - i)), 413, 'too_many_pixels')
  }
})

test('20,000 photos leave memory unchanged', async () => {
  const photo = await as('jpeg')
  await send(photo, 2000)
  const before = residentBytes(server)
  await send(photo, 20_000)
  expectSame(before, residentBytes(server))
})

test('20,000 small files each get a result or a refusal', async () => {
  const seed = Number(process.env.SEED ?? 20_261_125)
  const outcomes = await onslaught(server, 20_000, seed, smallFiles(seed))
  console.log(`seed ${seed}: ${JSON.stringify(outcomes)}`)
  expect(outcomes['200 ok']).toBeGreaterThan(1000)
  expect(server.output()).not.toContain('a worker crashed')
})

test('closes two hundred slow connections, which do not affect other requests', async () => {
  const slow = Array.from({ length: 200 }, () => dribble(server.url))
  const during = Array.from({ length: 50 }, () => answer(classify(server.url, espresso)))
  await Promise.all(during)
  // Node checks for overdue headers every 30 s, and they are overdue after 80 s.
  const replies = await Promise.all(slow)
  expect(replies.filter((reply) => reply.startsWith('HTTP/1.1 408'))).toHaveLength(200)
}, 150_000)

test('survives a hundred killed workers under load', async () => {
  const { answered, refused, kills } = await storm(server, 100)
  console.log(`${kills} kills: ${answered} classified, ${refused} refused, none wrong`)
  expect(answered).toBeGreaterThan(kills)
  expect(refused).toBeLessThanOrEqual(kills)
})
