import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Disk, NO_DISK, openDisk } from '../support/disk'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'

/** The end of a job is written once there is space again, whatever else there is to do. */
const photos = distinctPhotos(20)
let disk: Disk | null
let server: TestServer
let web: Server
let host: string
let release = () => {}
/** Callbacks received, and what to do at each before it is answered. */
let delivered: string[] = []
let onCallback = () => {}

beforeAll(async () => {
  disk = openDisk('size=16m,nr_inodes=200')
  if (!disk) return
  web = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = ''
      for await (const chunk of request) body += chunk
      delivered.push(JSON.parse(body).state)
      onCallback()
    } else {
      await released
      response.write(photos[Number(request.url?.slice(1))]?.bytes)
    }
    response.end()
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  host = `127.0.0.1:${(web.address() as AddressInfo).port}`
  server = await startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: disk.folder, URL_INPUT_ALLOW: host } })
})
afterAll(async () => {
  await server?.stop()
  web?.close()
  disk?.remove()
})
let released: Promise<void>

/** A job of twenty photos that arrive when the test lets them. */
async function makeJob(): Promise<string> {
  delivered = []
  released = new Promise((resolve) => {
    release = resolve
  })
  const list = `url\n${photos.map((_, i) => `http://${host}/${i}`).join('\n')}\n`
  const query = `?model=fast&callback_url=${encodeURIComponent(`http://${host}/told`)}`
  return (await createJob(server.url, list, query, { 'content-type': 'text/csv' })).id
}

test('out of inodes after the last photo: the job waits with all its rows, then is done, sends its callback, and ends its events', async ({
  skip,
}) => {
  if (!disk) return skip(NO_DISK)
  const id = await makeJob()
  const events = fetch(`${server.url}/api/jobs/${id}/events`).then((reply) => reply.text())
  const free = disk.fillInodes()
  release()
  const waits = await jobWhen(server.url, id, ({ state }) => state === 'paused')
  await jobWhen(server.url, id, ({ counts }) => counts.done === 20)
  expect(waits).toMatchObject({ reason: 'storage_full', finished_at: null, counts: { total: 20, failed: 0 } })
  expect(await resultsOf(server.url, id)).toHaveLength(20)
  free()
  expect(await jobDone(server.url, id)).toMatchObject({ counts: { ok: 20, failed: 0 }, reason: null })
  expect((await events).match(/event: result/g)).toHaveLength(20)
  await jobWhen(server.url, id, ({ callback }) => callback?.state === 'delivered')
  expect(delivered).toEqual(['done'])
})

test('out of inodes when the callback was delivered: it is not sent again, and is recorded later', async ({ skip }) => {
  if (!disk) return skip(NO_DISK)
  let free = () => {}
  onCallback = () => {
    free = disk?.fillInodes() ?? free
  }
  const id = await makeJob()
  const file = join(disk.folder, 'jobs', id, 'status.json')
  release()
  await jobWhen(server.url, id, ({ callback }) => callback?.state === 'delivered')
  expect(readFileSync(file, 'utf8')).not.toContain('delivered')
  onCallback = () => {}
  free()
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 }).toContain('delivered')
  expect(await jobOf(server.url, id)).toMatchObject({ state: 'done', reason: null })
  expect(delivered).toEqual(['done'])
})
