import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, classify } from '../support/http'
import { as, espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

const MINUTE = Number(process.env.OVERLOAD_SECONDS ?? 60)
const DEADLINE_MS = 2000

let server: TestServer
let photo: Buffer
beforeAll(async () => {
  // A queue that this machine can process well within the deadline.
  server = await startServer({ env: { LOG_LEVEL: 'warn', REQUEST_TIMEOUT_MS: String(DEADLINE_MS), MAX_QUEUE: '100' } })
  photo = await as('jpeg')
})
afterAll(() => server.stop())

interface Outcome {
  answered: number
  refused: number
  late: number
  p50: number
}

const agent = new Agent({ keepAlive: true })

/** Posts a photo with minimal work, because the senders share the server's cores. Returns 0 without a response. */
function send(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const headers = { 'content-length': body.length }
    const call = request(`${url}/api/classify`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume().on('end', () => resolve(reply.statusCode ?? 0))
    })
    call.on('error', () => resolve(0))
    call.end(body)
  })
}

/** Sends this many photos per second, regardless of responses, like independent clients. */
async function crowd(perSecond: number, seconds: number): Promise<Outcome> {
  const times: number[] = []
  let [refused, late] = [0, 0]
  async function one(): Promise<void> {
    const start = performance.now()
    const status = await send(server.url, photo)
    if (status === 200) times.push(performance.now() - start)
    else if (status === 429) refused++
    else late++
  }
  const pending: Promise<void>[] = []
  const start = performance.now()
  for (let sent = 0; performance.now() - start < 1000 * seconds; ) {
    const due = ((performance.now() - start) / 1000) * perSecond
    for (; sent < due; sent++) pending.push(one())
    await sleep(5)
  }
  await Promise.all(pending)
  times.sort((a, b) => a - b)
  return { answered: times.length, refused, late, p50: times[times.length >> 1] ?? Number.NaN }
}

/** Throughput with eight clients that wait for each response. */
async function capacity(): Promise<number> {
  const [start, seconds] = [performance.now(), 10]
  let count = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (; performance.now() - start < 1000 * seconds; count++) expect(await send(server.url, photo)).toBe(200)
    }),
  )
  return count / seconds
}

test('keeps its throughput at one, two and four times its capacity, and recovers afterwards', async () => {
  await capacity()
  const can = await capacity()
  const calm = await crowd(can / 4, 10)
  const goodput: number[] = []
  for (const factor of [1, 2, 4]) {
    const { answered, refused, late, p50 } = await crowd(factor * can, MINUTE)
    goodput.push(answered / MINUTE)
    console.log(
      `${factor} × ${can.toFixed(0)}/s: ${(answered / MINUTE).toFixed(0)} classified/s, p50 ${p50.toFixed(0)} ms, ${refused} refused, ${late} late`,
    )
    expect(late).toBeLessThanOrEqual(0.001 * (answered + refused))
  }
  // Throughput can't exceed the request rate, so at exactly its capacity the rate is the limit.
  goodput.forEach((each, i) => {
    const factor = [1, 2, 4][i] as number
    expect(each).toBeGreaterThanOrEqual(0.9 * Math.min(factor * can, Math.max(...goodput)))
  })
  const after = await crowd(can / 4, 10)
  console.log(`p50 at a quarter of the capacity: ${calm.p50.toFixed(1)} ms before, ${after.p50.toFixed(1)} ms after`)
  expect(after.p50).toBeLessThan(1.5 * calm.p50)
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
})
