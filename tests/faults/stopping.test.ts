import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { NO_DISK, openDisk } from '../support/disk'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer } from '../support/server'
import { slowUpload } from '../support/slow-upload'

const photos = distinctPhotos(8)

test('a disk that has turned read-only keeps no process', async ({ skip }) => {
  const disk = openDisk('size=16m')
  if (!disk) return skip(NO_DISK)
  const server = await startServer({ env: { DATA_DIR: disk.folder, ENGINE_WORKERS: '1' } })
  try {
    await createJob(server.url, formOf(photos), '?model=fast&open=1')
    disk.writable(false)
    const before = performance.now()
    expect([0, 1]).toContain(await server.stop())
    expect(performance.now() - before).toBeLessThan(10_000)
    expect(server.output()).not.toMatch(/unhandled/i)
  } finally {
    server.child.kill('SIGKILL')
    disk.remove()
  }
})

test('the second signal ends it, and the same one that comes twice at once is one', async () => {
  const server = await startServer({ env: { SHUTDOWN_DELAY_MS: '60000', ENGINE_WORKERS: '1' } })
  const exited = once(server.child, 'exit')
  server.child.kill('SIGTERM')
  server.child.kill('SIGTERM')
  await sleep(600)
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  server.child.kill('SIGTERM')
  expect(await exited).toEqual([1, null])
})

test('an upload that a stopping server still takes is a job in the end, for whoever comes next', async () => {
  const data = mkdtempSync(join(tmpdir(), 'jobs-'))
  const env = { DATA_DIR: data, ENGINE_WORKERS: '1' }
  const old = await startServer({ env })
  const upload = slowUpload(`${old.url}/api/jobs?model=fast`)
  await upload.send(photos.slice(0, 4))
  await sleep(200)
  const stopped = old.stop()
  await old.printed(/"stopping"/)
  const next = await startServer({ env })
  try {
    await upload.send(photos.slice(4))
    upload.end()
    const { status, json } = await upload.reply
    expect([status, json.counts]).toEqual([201, expect.objectContaining({ total: 8 })])
    expect(await stopped).toBe(0)
    await next.printed(/this server now holds the lease of the jobs folder/)
    expect((await jobDone(next.url, String(json.id))).counts).toEqual({ total: 8, done: 8, ok: 8, failed: 0 })
    expect(await resultsOf(next.url, String(json.id))).toHaveLength(8)
  } finally {
    await next.stop()
    rmSync(data, { recursive: true })
  }
})
