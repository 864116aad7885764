import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { memoryCgroup } from '../support/cgroup'
import { fullTest } from '../support/full'
import { gridOf } from '../support/heif'
import { answer, classify } from '../support/http'
import { ALL_MODELS, REAL_MODEL } from '../support/models'
import { espresso, fiftyMegapixels } from '../support/photos'
import { residentBytes, startServer, type TestServer } from '../support/server'

let server: TestServer
afterEach(() => server?.stop())

fullTest(
  'sixty concurrent uploads of 50 megapixels stay within 1 GB of memory, with results and refusals',
  async () => {
    const photo = await fiftyMegapixels()
    // The value for a limit of 1 GB; this machine has another limit.
    server = await startServer({
      env: { ...REAL_MODEL, ENGINE_WORKERS: '2', MAX_QUEUE_BYTES: '250000000', LOG_LEVEL: 'warn' },
    })
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, residentBytes(server))), 50)
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const reply = await classify(server.url, photo)
        await reply.arrayBuffer()
        return reply.status
      }),
    )
    clearInterval(watch)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    console.log(
      `${statuses.filter((status) => status === 200).length} of 60 classified, at most ${Math.round(most / 1e6)} MB resident`,
    )
    expect(most).toBeLessThan(1e9)
    expect(server.output()).not.toContain('a worker crashed')
    expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
  },
)

fullTest('a dozen concurrent HEICs of 45 megapixels stay within 1 GB of memory', async () => {
  const photo = gridOf(readFileSync('tests/e2e/photos/koala.heic'), 21, 11)
  server = await startServer({
    env: { ...REAL_MODEL, ENGINE_WORKERS: '2', MAX_QUEUE_BYTES: '250000000', LOG_LEVEL: 'warn' },
  })
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, residentBytes(server))), 50)
  const replies = await Promise.all(Array.from({ length: 12 }, () => classify(server.url, photo)))
  clearInterval(watch)
  console.log(`at most ${Math.round(most / 1e6)} MB resident`)
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 429]))
  expect(most).toBeLessThan(1e9)
  expect(server.output()).not.toContain('a worker crashed')
})

test('replaces a worker that uses too much memory without losing a photo', async () => {
  server = await startServer({ env: { ...REAL_MODEL, ENGINE_WORKERS: '2', WORKER_MAX_BYTES: '50000000' } })
  const before = server.workers()
  const photos = Array.from({ length: 12 }, () => classify(server.url, espresso))
  for (const reply of await Promise.all(photos)) {
    expect((await answer(reply)).predictions[0]?.label).toBe('espresso')
  }
  expect(server.workers().filter((pid) => before.includes(pid))).toEqual([])
  await server.printed(/it used \d+ bytes of memory/)
})

test('with 512 MB, runs one worker, loads other models on demand, and lets the kernel kill the worker first', async (context) => {
  const cgroup = memoryCgroup(512e6)
  if (!cgroup) return context.skip('this user may not create a cgroup')
  server = await startServer({ env: ALL_MODELS, cgroup: cgroup.folder })
  expect(server.output()).toMatch(
    /"memory_mb":512,"cores":\d+,"workers":1,"queue_mb":102,"megapixels":26,"models":"the default one; others on demand"/,
  )
  const [worker] = server.workers()
  const score = (pid: number | undefined) => Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'))
  expect(score(worker)).toBe(Math.max(500, score(server.pid)))
  const before = residentBytes({ ...server, workers: () => [] }) // Without the workers.
  const models = ['fast', 'accurate', 'balanced']
  const answers = await Promise.all(
    models.map(async (model) => answer(classify(server.url, espresso, { query: `?model=${model}` }))),
  )
  expect(answers.map(({ model }) => model.type)).toEqual(models)
  for (const { predictions } of answers) expect(predictions[0]?.label).toBe('espresso')
  expect(before).toBeLessThan(250e6)
  expect(server.workers()).toEqual([worker])
  await server.stop()
  await cgroup.remove()
})

test('with 256 MB, refuses to start with a one-line error', async (context) => {
  const cgroup = memoryCgroup(256e6)
  if (!cgroup) return context.skip('this user may not create a cgroup')
  await expect(startServer({ cgroup: cgroup.folder })).rejects.toThrow(
    'the server stopped with 1:\nThe server needs at least 380 MB of memory but has 256 MB.',
  )
  await cgroup.remove()
})
