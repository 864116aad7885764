import { afterAll, beforeAll, expect, test } from 'vitest'
import { REAL_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'
import { storm } from '../support/storm'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...REAL_MODEL, LOG_LEVEL: 'warn', ENGINE_WORKERS: '2' } })
})
afterAll(() => server.stop())

test('five workers killed under load: every photo is answered, none incorrectly', async () => {
  const { answered, refused, kills } = await storm(server, 5)
  console.log(`${kills} kills: ${answered} answered, ${refused} refused`)
  expect(answered).toBeGreaterThan(kills)
  // A photo is refused only if two workers in a row died with it.
  expect(refused).toBeLessThanOrEqual(kills)
})
