import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewApiKey } from '@/lib/shared/contract/keys'
import { fullTest } from '../support/full'
import { answer, classify, refusal } from '../support/http'
import { ADMIN_TOKEN, bearer, createKey, keysOf, managed, revokeKey, usageOf } from '../support/keys'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { startServer } from '../support/server'
import { type Machines, startMachines } from '../support/services'
import { vision } from '../support/vision'

const DAY_MS = 86_400_000

let machines: Machines
let urls: string[]
const clock = buildLibrary('clock.c')
beforeAll(async () => {
  machines = await startMachines({ web: 3, workers: 0, env: { API_KEYS: 'required', ADMIN_TOKEN } })
  urls = machines.web.map(({ url }) => url)
})
afterAll(async () => {
  clock?.remove()
  await machines.stop()
})

const first = () => urls[0] ?? ''
const send = (url: string, secret: string) => classify(url, espresso, { headers: bearer(secret) })

test('a new key works, and a revoked one is refused, on the next request of every instance', async () => {
  for (const [at, url] of urls.entries()) {
    const { key, secret } = await createKey(url, { name: `turn ${at}` })
    for (const each of urls) await answer(send(each, secret))
    await revokeKey(urls[(at + 1) % 3] ?? '', key.id)
    for (const each of urls) await refusal(send(each, secret), 401, 'key_revoked')
  }
})

test('of concurrent changes of a key, each counts or is refused', async () => {
  const { key, secret } = await createKey(first(), { name: 'contested' })
  const rotations = await Promise.all(
    urls.map((url) =>
      fetch(`${url}/api/keys/${key.id}/rotate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      }),
    ),
  )
  const done = await Promise.all(rotations.map(async (reply) => [reply.status, await reply.json()] as const))
  expect(done.every(([status]) => status === 200 || status === 409)).toBe(true)
  const secrets = done.filter(([status]) => status === 200).map(([, body]) => (body as NewApiKey).secret)
  const works = await Promise.all([secret, ...secrets].map(async (each) => (await send(first(), each)).status))
  expect(works.filter((status) => status === 200)).toHaveLength(1)
})

test('a quota is exact over all instances, for photos and for jobs', async () => {
  const { key, secret } = await createKey(first(), { name: 'raced', monthly_quota: 20, scopes: ['classify', 'jobs'] })
  const photos = distinctPhotos(8)
  const jobs = urls.map((url) =>
    fetch(`${url}/api/jobs`, { method: 'POST', headers: bearer(secret), body: formOf(photos) }),
  )
  const singles = Array.from({ length: 30 }, (_, at) => send(urls[at % 3] ?? '', secret))
  const created = (await Promise.all(jobs)).filter(({ status }) => status === 201).length
  const answered = (await Promise.all(singles)).filter(({ status }) => status === 200).length
  const count = async () => (await keysOf(first())).find(({ id }) => id === key.id)?.month_photos
  expect(await count()).toBe(8 * created + answered)
  // A refused upload has returned its photos, so the rest is still there, and no more than that.
  const rest = await Promise.all(Array.from({ length: 25 }, (_, at) => send(urls[at % 3] ?? '', secret)))
  expect(8 * created + answered + rest.filter(({ status }) => status === 200).length).toBe(20)
  expect(await count()).toBe(20)
  const { rows } = await usageOf(first(), `?key=${key.id}`)
  expect(rows).toMatchObject([{ requests: 58, photos: 20 }])
})

test('the rate limit of a key counts over all instances', async () => {
  const { secret } = await createKey(first(), { name: 'hurried', rate_limit: 5 })
  const replies = await Promise.all(Array.from({ length: 12 }, (_, at) => send(urls[at % 3] ?? '', secret)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(5)
})

test('vision keys works on the bucket, and running instances notice at once', async () => {
  const env = { BUCKET: machines.s3.bucket, AWS_ENDPOINT_URL: machines.s3.url, REDIS_URL: machines.redis.url }
  const created = await vision(['keys', 'create', 'from the shell'], env)
  expect(created.code, created.err).toBe(0)
  const secret = created.out.trim()
  for (const url of urls) await answer(send(url, secret))
  expect((await vision(['keys', 'revoke', 'from the shell'], env)).code).toBe(0)
  for (const url of urls) await refusal(send(url, secret), 401, 'key_revoked')
})

test('an instance whose clock is weeks ahead agrees on expiry, month, and day', async ({ skip }) => {
  if (!clock) return skip(NO_COMPILER)
  const ahead = { LD_PRELOAD: clock.path, CLOCK_AHEAD_S: String((40 * DAY_MS) / 1000) }
  const wrong = await startServer({ env: { ...machines.env, ...ahead } })
  try {
    const expires = new Date(Date.now() + 20 * DAY_MS).toISOString()
    const { key, secret } = await createKey(wrong.url, { name: 'on time', expires, monthly_quota: 2 })
    await answer(send(wrong.url, secret))
    await answer(send(first(), secret))
    await refusal(send(wrong.url, secret), 429, 'quota_exceeded')
    const { rows } = await usageOf(wrong.url, `?key=${key.id}`)
    expect(rows).toMatchObject([{ day: new Date().toISOString().slice(0, 10), photos: 2 }])
    expect(Math.abs(Date.parse(key.created) - Date.now())).toBeLessThan(60_000)
  } finally {
    await wrong.stop()
  }
})

describe('while Redis is away', () => {
  fullTest(
    'known keys work and their use isn’t lost, quotas are refused rather than exceeded, and changes arrive',
    async () => {
      const free = await createKey(first(), { name: 'free' })
      const limited = await createKey(first(), { name: 'limited', monthly_quota: 100 })
      const doomed = await createKey(first(), { name: 'doomed' })
      for (const { secret } of [free, limited, doomed]) await answer(send(first(), secret))
      await machines.redis.kill()
      await answer(send(first(), free.secret))
      const headers = await refusal(send(first(), limited.secret), 503, 'not_ready')
      expect(headers.get('retry-after')).toBe('5')
      // The change is in the bucket, although it can't be announced.
      const revoked = await fetch(`${urls[1]}/api/keys/${doomed.key.id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      })
      expect(revoked.status).toBe(503)
      await expect.poll(async () => (await send(first(), doomed.secret)).status, { timeout: 20_000 }).toBe(401)
      await machines.redis.start()
      await expect.poll(async () => (await send(first(), limited.secret)).status, { timeout: 20_000 }).toBe(200)
      const photos = async () => (await usageOf(first(), `?key=${free.key.id}`)).rows[0]?.photos
      await expect.poll(photos, { timeout: 20_000 }).toBe(2)
      expect((await managed<{ state: string }>(first(), `/api/keys/${doomed.key.id}`, 'DELETE')).state).toBe('revoked')
    },
  )

  test('a Redis without memory brings back neither a revoked key nor a used quota', async () => {
    const { key, secret } = await createKey(first(), { name: 'gone' })
    await answer(send(first(), secret))
    await revokeKey(first(), key.id)
    const limited = await createKey(first(), { name: 'used', monthly_quota: 3 })
    const other = await startServer({ env: machines.env })
    for (let used = 0; used < 2; used++) await answer(send(other.url, limited.secret))
    await other.stop()
    const redis = new Redis(machines.redis.url)
    await redis.flushall()
    redis.disconnect()
    for (const url of urls) await refusal(send(url, secret), 401, 'key_revoked')
    await answer(send(first(), limited.secret))
    await refusal(send(urls[1] ?? '', limited.secret), 429, 'quota_exceeded')
    const { secret: next } = await createKey(first(), { name: 'next' })
    for (const url of urls) await answer(send(url, next))
  })
})

test('several instances without anything in common don’t start with keys', async () => {
  await expect(startServer({ env: { API_KEYS: 'required', INSTANCES: '2' } })).rejects.toThrow(
    /API_KEYS=required with INSTANCES=2 needs REDIS_URL and BUCKET/,
  )
})
