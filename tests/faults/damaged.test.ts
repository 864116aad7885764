import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, classify } from '../support/http'
import { onslaught } from '../support/onslaught'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn' } })
})
afterAll(() => server.stop())

test('six hundred damaged photos get answers and refusals, and cost no worker', async () => {
  const seed = Number(process.env.SEED ?? 16)
  const outcomes = await onslaught(server, 600, seed)
  console.log(`seed ${seed}: ${JSON.stringify(outcomes)}`)
  expect(outcomes['200 ok']).toBeGreaterThan(50)
  expect(outcomes['422 truncated_image']).toBeGreaterThan(50)
  expect(server.output()).not.toContain('a worker died')
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
})
