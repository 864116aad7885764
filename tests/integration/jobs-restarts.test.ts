import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FULL } from '../support/full'
import { refusal } from '../support/http'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { PAGES, startServer } from '../support/server'

const post = (url: string, body: BodyInit | null = null, headers: HeadersInit = {}) =>
  fetch(url, { method: 'POST', body, headers })

describe('across servers', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const start = (env: Record<string, string> = {}) =>
    startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: folder, ...env } })

  test('a job continues after each kill, and each photo has one result', async () => {
    const photos = distinctPhotos(150)
    let server = await start()
    const { id } = await createJob(server.url, formOf(photos), '?model=fast')
    for (const least of FULL ? [10, 60, 110] : [60]) {
      await jobWhen(server.url, id, ({ counts }) => counts.done >= least)
      server.child.kill('SIGKILL')
      await new Promise((resolve) => server.child.once('exit', resolve))
      server = await start()
    }
    await jobDone(server.url, id)
    const rows = await resultsOf(server.url, id)
    expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
    // One line per photo: what was done before a kill was not done again.
    const lines = readFileSync(join(folder, 'jobs', id, 'results.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(lines).toHaveLength(150)
    // The photos themselves are not kept.
    expect(readdirSync(join(folder, 'jobs', id, 'files'))).toEqual([])
    expect(await server.stop()).toBe(0)
  }, 300_000)

  test('a graceful stop with a running job and a listener ends at once, and the job continues later', async () => {
    const first = await start()
    const { id } = await createJob(first.url, formOf(distinctPhotos(120)), '?model=fast')
    const listener = await fetch(`${first.url}/api/jobs/${id}/events`)
    await jobWhen(first.url, id, ({ counts }) => counts.done > 5)
    const before = Date.now()
    expect(await first.stop()).toBe(0)
    expect(Date.now() - before).toBeLessThan(5000)
    await listener.text().catch(() => {})
    const second = await start()
    expect((await jobDone(second.url, id)).counts.ok).toBe(120)
    await second.stop()
  })

  test('a second server on the same folder classifies photos and takes over the jobs when the first stops; no jobs if disabled', async () => {
    const first = await start()
    const second = await start()
    expect(second.output()).toMatch(/waiting for the jobs folder: another server holds its lease/)
    await refusal(post(`${second.url}/api/jobs`, formOf(distinctPhotos(1))), 503, 'not_ready')
    const { id } = await createJob(first.url, formOf(distinctPhotos(40)), '?model=fast')
    await first.stop()
    expect((await jobDone(second.url, id)).counts.ok).toBe(40)
    await second.stop()
    const off = await start({ ...PAGES, ENABLE_BATCH_PROCESSING: 'false' })
    await refusal(post(`${off.url}/api/jobs`, formOf(distinctPhotos(1))), 404, 'not_found')
    expect((await fetch(`${off.url}/batch`)).status).toBe(404)
    expect(await (await fetch(`${off.url}/gallery`)).text()).not.toContain('href="/batch"')
    await off.stop()
  })
})

/** A disk of two megabytes, if this machine allows the test to mount one. */
function smallDisk(folder: string): boolean {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
  return mounted.status === 0
}

test('a full disk pauses the job and refuses uploads; with space again it continues, and nothing is lost', async ({
  skip,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'small-'))
  if (!smallDisk(folder)) {
    rmSync(folder, { recursive: true })
    skip('this machine does not allow mounting a file system')
  }
  // Photos that arrive when the test lets them.
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const web = createServer(async (_request, response) => {
    await released
    response.end(espresso)
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  const host = `127.0.0.1:${(web.address() as AddressInfo).port}`
  const server = await startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: folder, URL_INPUT_ALLOW: host } })
  try {
    const list = `url\n${[1, 2, 3].map((n) => `http://${host}/${n}`).join('\n')}\n`
    const { id } = await createJob(server.url, list, '', { 'content-type': 'text/csv' })
    fillDisk(join(folder, 'ballast'))
    await refusal(post(`${server.url}/api/jobs`, formOf(distinctPhotos(2))), 507, 'storage_full')
    release()
    expect(await jobWhen(server.url, id, ({ state }) => state === 'paused')).toMatchObject({ reason: 'storage_full' })
    await refusal(post(`${server.url}/api/jobs/${id}/cancel`), 507, 'storage_full')
    rmSync(join(folder, 'ballast'))
    expect((await jobDone(server.url, id)).counts).toEqual({ total: 3, done: 3, ok: 3, failed: 0 })
    expect(await resultsOf(server.url, id)).toHaveLength(3)
  } finally {
    await server.stop()
    web.close()
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true })
  }
})

function fillDisk(path: string): void {
  const block = Buffer.alloc(4096)
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, block)
  } catch {
    closeSync(file)
  }
}
