import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Color, colorPhoto, colorPhotos, formWith, send } from '../support/colors'
import { startServer, type TestServer } from '../support/server'
import { type RedisServer, startRedis } from '../support/services'

const TOKEN = 'operator-of-the-tests'
const LIMITS = {
  TRAINING_VISITOR_MODELS: '2',
  TRAINING_VISITOR_LABELS: '3',
  TRAINING_VISITOR_PHOTOS: '20',
  TRAINING_VISITOR_BYTES: '1000000',
}

let redis: RedisServer
let servers: TestServer[]
beforeAll(async () => {
  redis = await startRedis()
  const env = {
    TRAINING: 'visitors',
    ADMIN_TOKEN: TOKEN,
    TRUST_PROXY: '1',
    REDIS_URL: redis.url,
    METRICS: 'on',
    ...LIMITS,
  }
  servers = await Promise.all([1, 2].map(() => startServer({ env })))
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await redis.stop()
})

/** Each test is another visitor. */
const from = (visitor: string) => ({ 'x-forwarded-for': visitor })
const photosOf = (each: number, ...colors: Color[]) => colorPhotos(colors, each)

async function train(visitor: string, photos: Map<string, Uint8Array>, at = 0, headers = {}) {
  const body = formWith({}, photos)
  return send(servers[at] as TestServer, 'POST', '/api/models', body, { ...from(visitor), ...headers })
}

test('a visitor trains so many models a day, on all instances together; what failed does not count', async () => {
  const photos = await photosOf(3, 'red', 'blue')
  expect((await train('203.0.113.1', await photosOf(3, 'red'))).body.code).toBe('invalid_parameter')
  expect((await train('203.0.113.1', photos, 0)).status).toBe(201)
  expect((await train('203.0.113.1', photos, 1)).status).toBe(201)
  const refused = await train('203.0.113.1', photos, 0)
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
    429,
    'rate_limited',
    'You can train 2 models per day on this server. Try again in 24 hours.',
  ])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000)
  // Others can, and so can the operator from anywhere.
  expect((await train('203.0.113.2', photos, 1)).status).toBe(201)
  expect((await train('203.0.113.1', photos, 1, { authorization: `Bearer ${TOKEN}` })).status).toBe(201)
})

test('a model of a visitor has so many labels and photos, also when photos are added', async () => {
  const labels = await train('203.0.113.3', await photosOf(3, 'red', 'blue', 'green', 'yellow'))
  expect([labels.status, labels.body.detail]).toEqual([
    400,
    'The model would have 4 labels; the limit on this server is 3.',
  ])
  const many = await train('203.0.113.3', await photosOf(11, 'red', 'blue'))
  expect([many.status, many.body.code]).toEqual([413, 'too_many_files'])
  const { body } = await train('203.0.113.3', await photosOf(7, 'red', 'blue'))
  const path = `/api/models/${body.model.id}/examples`
  const more = formWith({}, await photosOf(7, 'green'))
  const added = await send(servers[0] as TestServer, 'POST', path, more, from('203.0.113.3'))
  expect([added.status, added.body.code, added.body.detail]).toEqual([
    413,
    'too_many_files',
    'The model would learn from 21 photos; the limit on this server is 20.',
  ])
})

test('a visitor sends so many bytes a day, in one request or in several', async () => {
  const filler = (name: string, bytes: number) => new Map([[name, new Uint8Array(bytes)]])
  const large = await train('203.0.113.4', filler('red/1.png', 1_100_000))
  expect([large.status, large.body.code]).toEqual([413, 'too_large'])
  // Bytes count even if they were no photo.
  expect((await train('203.0.113.4', filler('red/1.png', 900_000))).body.code).toBe('invalid_parameter')
  const refused = await train('203.0.113.4', filler('red/2.png', 200_000), 1)
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
    429,
    'rate_limited',
    'You can train on 1.0 MB of photos per day on this server. Try again in 24 hours.',
  ])
  // What was refused doesn't count.
  expect((await train('203.0.113.4', await photosOf(3, 'red', 'blue'), 1)).status).toBe(201)
})

test('metrics count models of visitors together, and neither they nor the log have their IDs, which are secrets', async () => {
  const [server] = servers as [TestServer]
  const { body } = await train('203.0.113.5', await photosOf(3, 'red', 'blue'))
  const path = `/api/classify?model=${body.model.id}`
  expect((await send(server, 'POST', path, await colorPhoto('red', 9))).body.model.id).toBe(body.model.id)
  const metrics = (await send(server, 'GET', '/metrics')).text
  expect(metrics).toContain('model="visitors"')
  expect(metrics).not.toContain(body.model.id)
  expect((await send(server, 'DELETE', `/api/models/${body.model.id}`)).status).toBe(204)
  await server.printed(/"method":"DELETE"/)
  expect(server.output()).toMatch(/"method":"DELETE","path":"\/api\/models\/m-[0-9a-f]{4}…"/)
  expect(server.output()).toMatch(/"path":"\/api\/classify".*"model":"m-[0-9a-f]{4}…"/)
  expect(server.output()).not.toContain(body.model.id)
})
