import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { NO_DISK, openDisk } from '../support/disk'
import { createJob } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer } from '../support/server'

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
