import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statusSchema } from '@/lib/shared/contract/contract'
import { type Disk, NO_DISK, openDisk } from '../support/disk'
import { FULL } from '../support/full'
import { refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'

/** A storage fault of the server is never the fault of a photo. */
let disk: Disk | null
let server: TestServer
let data: string
beforeAll(async () => {
  disk = openDisk('size=64m,nr_inodes=2000')
  if (!disk) return
  data = join(disk.folder, 'data')
  mkdirSync(data)
  server = await startServer({ env: { LOG_LEVEL: 'info', DATA_DIR: data } })
})
afterAll(async () => {
  await server?.stop()
  disk?.remove()
})

const post = (url: string, body: BodyInit | null = null) => fetch(url, { method: 'POST', body })
const health = async () => statusSchema.parse(await (await fetch(`${server.url}/health/status`)).json()).jobs
const openFiles = () =>
  readdirSync(`/proc/${server.child.pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${server.child.pid}/fd/${fd}`).startsWith(data)
    } catch {
      return false
    }
  })
const limitFiles = (soft: number) =>
  spawnSync('prlimit', ['--pid', String(server.child.pid), `--nofile=${soft}:`], { encoding: 'utf8' })

test('open but idle jobs hold no file descriptors', async ({ skip }) => {
  if (!disk) return skip(NO_DISK)
  const photos = distinctPhotos(1)
  for (let i = 0; i < 10; i++) await createJob(server.url, i % 2 ? formOf(photos) : null, '?model=fast&open=1')
  const { id } = await createJob(server.url, formOf(photos), '?model=fast')
  await jobDone(server.url, id)
  await resultsOf(server.url, id)
  await expect.poll(openFiles).toEqual([])
})

const FAULTS: [what: string, code: string, away: () => () => void][] = [
  [
    'the folder disappears',
    'ENOENT',
    () => {
      renameSync(data, `${data}.away`)
      return () => renameSync(`${data}.away`, data)
    },
  ],
  [
    'the disk becomes read-only',
    'EROFS',
    () => {
      disk?.writable(false)
      return () => disk?.writable(true)
    },
  ],
  [
    'no file descriptors are left',
    'EMFILE',
    () => {
      limitFiles(16)
      return () => limitFiles(4096)
    },
  ],
]

// The read-only disk, or each in test:full.
test.each(FULL ? FAULTS : FAULTS.slice(1, 2))(
  '%s in the middle of a job: it waits, reports it, and continues',
  async (_what, code, away) => {
    if (!disk) return
    const photos = distinctPhotos(150)
    const { id } = await createJob(server.url, formOf(photos), '?model=fast')
    const idle = await createJob(server.url, null, '?model=fast&open=1')
    await jobWhen(server.url, id, ({ counts }) => counts.done > 10)
    const before = server.output().length
    const restore = away()
    try {
      const waits = await jobWhen(server.url, id, ({ state }) => state === 'paused')
      expect(waits).toMatchObject({ reason: 'storage_unavailable', counts: { failed: 0 } })
      expect(await health()).toEqual({ state: 'waiting', reason: 'storage_unavailable' })
      await refusal(post(`${server.url}/api/jobs`, formOf(photos)), 503, 'not_ready')
      await refusal(post(`${server.url}/api/jobs/${idle.id}/close`), 503, 'not_ready')
      // Retried meanwhile, and nothing is lost.
      await sleep(3500)
      expect(await jobOf(server.url, id)).toMatchObject({ state: 'paused', counts: { failed: 0 } })
    } finally {
      restore()
    }
    const done = await jobDone(server.url, id)
    expect(done.counts).toEqual({ total: 150, done: 150, ok: 150, failed: 0 })
    expect((await resultsOf(server.url, id)).map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(await health()).toEqual({ state: 'ok', reason: null })
    // One line when it begins, one when it is over, and no stack trace.
    const lines = server.output().slice(before).split('\n')
    const faultLines = lines.filter((line) => /"msg":"[^"]*(jobs|store)/.test(line)).map((line) => JSON.parse(line))
    expect(faultLines.map(({ level, code }) => [level, code])).toEqual([
      ['warn', code],
      ['info', undefined],
    ])
    expect(faultLines[0].msg).toMatch(/What to do: /)
  },
)
