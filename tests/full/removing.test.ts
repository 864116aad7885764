import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createJob, jobOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'

/** Deleting a job with many files doesn't block others. */
const FILES = 25_000
let data: string
let server: TestServer
const start = () => startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: data, ENGINE_WORKERS: '1' } })
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'jobs-'))
  server = await start()
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true })
})

/** A paused job with this many pending files. */
async function createLargeJob(files = FILES): Promise<string> {
  const { id } = await createJob(server.url, null, '?model=fast&open=1')
  await fetch(`${server.url}/api/jobs/${id}/pause`, { method: 'POST' })
  await fetch(`${server.url}/api/jobs/${id}/photos`, { method: 'POST', body: formOf(distinctPhotos(3)) })
  for (let i = 3; i < files; i++) writeFileSync(join(data, 'jobs', id, 'files', String(i)), '')
  return id
}

/** The longest wait of another request until the condition held (milliseconds). */
async function longestWait(until: () => boolean): Promise<number> {
  let longest = 0
  while (!until()) {
    const before = performance.now()
    await fetch(`${server.url}/health/live`)
    longest = Math.max(longest, performance.now() - before)
  }
  return longest
}

const trash = () => readdirSync(join(data, 'trash'))

test.for<[what: string, method: string, path: string]>([
  ['deleted', 'DELETE', ''],
  ['cancelled', 'POST', '/cancel'],
])(
  'a job with 25,000 files is %s at once, and its files are deleted without blocking others',
  async ([what, method, path]) => {
    const id = await createLargeJob()
    let answered = 0
    const before = performance.now()
    const gone = fetch(`${server.url}/api/jobs/${id}${path}`, { method }).then(({ ok }) => {
      answered = performance.now() - before
      return ok
    })
    const longest = await longestWait(() => answered > 0 && trash().length === 0)
    expect(await gone).toBe(true)
    expect(existsSync(join(data, 'jobs', id, 'files'))).toBe(false)
    if (what === 'cancelled') expect(await jobOf(server.url, id)).toMatchObject({ state: 'cancelled' })
    console.log(`answered after ${Math.round(answered)} ms, others waited ${Math.round(longest)} ms at most`)
    expect(answered).toBeLessThan(400)
    expect(longest).toBeLessThan(500)
  },
)

test('files that remain after a stop are deleted at the next start', async () => {
  const id = await createLargeJob(5000)
  await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })
  expect(await server.stop()).toBe(0)
  expect(trash()).toHaveLength(1)
  server = await start()
  await longestWait(() => trash().length === 0)
})
