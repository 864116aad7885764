import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type CheckingBalancer, startCheckingBalancer } from '../support/checking-balancer'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

/** Longer than the load balancer takes to notice, as in every deployment. */
const ENV = { SHUTDOWN_DELAY_MS: '600', ENGINE_WORKERS: '1', LOG_LEVEL: 'warn' }
const VISITORS = 2

let balancer: CheckingBalancer
const servers: TestServer[] = []
beforeAll(async () => {
  balancer = await startCheckingBalancer()
})
afterAll(async () => {
  for (const server of servers) await server.stop()
  await balancer?.close()
})

async function start(): Promise<TestServer> {
  const server = await startServer({ env: ENV })
  servers.push(server)
  balancer.add(server.url)
  await vi.waitUntil(() => balancer.sendsTo(server.url), { timeout: 20_000 })
  return server
}

test('replaces two servers behind a load balancer one by one under load without losing a request', async () => {
  const old = [await start(), await start()]
  const answers = new Map<string, number>()
  let rolling = true
  const count = (outcome: string) => answers.set(outcome, (answers.get(outcome) ?? 0) + 1)
  async function visitor(kind: number): Promise<void> {
    while (rolling) {
      const photo = kind !== 0
      const reply = photo
        ? fetch(`${balancer.url}/api/classify?model=fast`, { method: 'POST', body: espresso as BodyInit })
        : fetch(`${balancer.url}/api/models`)
      count(
        await reply.then(
          async (answer) => {
            const text = await answer.text()
            return answer.ok ? '200' : `${answer.status} ${text}`
          },
          (error) => `${error}`,
        ),
      )
    }
  }
  const load = Array.from({ length: VISITORS }, (_, kind) => visitor(kind))
  for (const server of old) {
    await start()
    expect(await server.stop()).toBe(0)
  }
  const before = answers.get('200') ?? 0
  await vi.waitUntil(() => (answers.get('200') ?? 0) > before + 20)
  rolling = false
  await Promise.all(load)
  expect([...answers.keys()]).toEqual(['200'])
  expect(answers.get('200')).toBeGreaterThan(50)
})
