import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createJob, jobDone, jobWhen } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'
import { type Machines, startMachines } from '../support/services'

/** A receiver of callbacks that answers when the test lets it. */
class Receiver {
  /** Requests received, and the most that waited for an answer at once. */
  received = 0
  peak = 0
  answer: ((response: ServerResponse) => void) | null = null
  private readonly open = new Set<ServerResponse>()

  private constructor(
    private readonly server: Server,
    readonly host: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer((request, response) => {
      request.resume()
      receiver.received++
      receiver.open.add(response)
      response.on('close', () => receiver.open.delete(response))
      receiver.peak = Math.max(receiver.peak, receiver.open.size)
      receiver.answer?.(response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const receiver = new Receiver(server, `127.0.0.1:${(server.address() as AddressInfo).port}`)
    return receiver
  }

  get waiting(): number {
    return this.open.size
  }

  get query(): string {
    return `?model=fast&callback_url=${encodeURIComponent(`http://${this.host}/told`)}`
  }

  /** Answers the waiting requests, and all later ones, with this status. */
  release(status = 204): void {
    this.answer = (response) => response.writeHead(status).end()
    for (const response of this.open) this.answer(response)
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

let slow: Receiver
let quick: Receiver
const photos = distinctPhotos(300)
beforeAll(async () => {
  ;[slow, quick] = await Promise.all([Receiver.start(), Receiver.start()])
  quick.release()
})
afterAll(() => {
  for (const receiver of [slow, quick]) receiver.close()
})
/** A receiver may take a minute, so that none of the waiting callbacks times out. */
const allow = () => ({ URL_INPUT_ALLOW: [slow.host, quick.host].join(','), URL_INPUT_TIMEOUT_MS: '60000' })

/** Creates jobs of one photo each, whose callbacks get no answer. @returns their IDs, once they are done */
async function undelivered(url: string, count: number): Promise<string[]> {
  const jobs = await Promise.all(photos.slice(0, count).map((photo) => createJob(url, formOf([photo]), slow.query)))
  for (const { id } of jobs) await jobDone(url, id)
  return jobs.map(({ id }) => id)
}

/** The callback of a job with another receiver is sent at once. */
async function expectDeliveredAtOnce(url: string): Promise<void> {
  const { id } = await createJob(url, formOf(photos.slice(0, 1)), quick.query)
  await jobDone(url, id)
  const start = performance.now()
  await jobWhen(url, id, ({ callback }) => callback?.state === 'delivered')
  expect(performance.now() - start).toBeLessThan(2_500)
}

describe('with many machines', () => {
  let machines: Machines
  let url: string
  beforeAll(async () => {
    machines = await startMachines({ workers: 1, env: { ...allow(), ENGINE_WORKERS: '1' } })
    url = machines.web[0]!.url
  })
  afterAll(() => machines?.stop())

  async function run(): Promise<number> {
    const start = performance.now()
    const { id } = await createJob(url, formOf(photos), '?model=fast')
    expect((await jobDone(url, id)).counts.ok).toBe(300)
    return performance.now() - start
  }

  test('a slow receiver holds up neither photos nor other receivers, and gets four callbacks at once', async () => {
    await run() // Warms up the models and fills the caches.
    const alone = await run()
    const ids = await undelivered(url, 8)
    await expect.poll(() => slow.waiting).toBe(4)
    // Something else on this machine may slow it down once, not twice.
    const most = 1.5 * alone + 500
    const beside = await run()
    expect(beside < most ? beside : await run()).toBeLessThan(most)
    await expectDeliveredAtOnce(url)
    slow.release()
    for (const id of ids) await jobWhen(url, id, ({ callback }) => callback?.state === 'delivered')
    expect(slow.peak).toBe(4)
  }, 120_000)
})

describe('on one server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ env: { ...allow(), LOG_LEVEL: 'warn', ENGINE_WORKERS: '1' } })
  })
  afterAll(() => server?.stop())

  test('the same; and a dozen callbacks waiting for their next attempt leak nothing', async () => {
    Object.assign(slow, { answer: null, peak: 0, received: 0 })
    const ids = await undelivered(server.url, 12)
    await expect.poll(() => slow.waiting).toBe(4)
    await expectDeliveredAtOnce(server.url)
    slow.release(503)
    for (const id of ids) await jobWhen(server.url, id, ({ callback }) => callback?.attempts === 1)
    // Some may have been sent a second time by now.
    expect(slow.received).toBeGreaterThanOrEqual(12)
    slow.release()
    for (const id of ids) await jobWhen(server.url, id, ({ callback }) => callback?.state === 'delivered')
    expect([slow.peak, slow.received]).toEqual([4, 24])
    expect(await server.stop()).toBe(0)
    expect(server.output()).not.toMatch(/MaxListenersExceededWarning/)
  })
})
