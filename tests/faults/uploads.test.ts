import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'
import { slowUpload } from '../support/slow-upload'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn' } })
})
afterAll(() => server.stop())

describe('a photo that was taken in has a result, and one that was not is refused', () => {
  test('closed by another client in the middle of an upload', async () => {
    const photos = distinctPhotos(25)
    const { id } = await createJob(server.url, null, '?model=fast&open=1')
    const upload = slowUpload(`${server.url}/api/jobs/${id}/photos`)
    await upload.send(photos.slice(0, 5))
    await jobWhen(server.url, id, ({ counts }) => counts.done === 5)
    const closed = await fetch(`${server.url}/api/jobs/${id}/close`, { method: 'POST' })
    expect(await closed.json()).toMatchObject({ state: 'done', counts: { total: 5 } })
    await upload.send(photos.slice(5)).catch(() => {})
    upload.end()
    const { status, json } = await upload.reply
    expect([status, json.code]).toEqual([409, 'conflict'])
    expect(json.detail).toContain('The first 5 photos of this upload were added.')
    await sleep(200)
    expect((await jobDone(server.url, id)).counts).toEqual({ total: 5, done: 5, ok: 5, failed: 0 })
    expect(await resultsOf(server.url, id)).toHaveLength(5)
  })

  test.each([
    ['cancelled', 'POST', '/cancel', 409, 'conflict'],
    ['deleted', 'DELETE', '', 404, 'unknown_job'],
  ])('%s by another client in the middle of an upload', async (_what, method, path, status, code) => {
    const photos = distinctPhotos(8)
    const { id } = await createJob(server.url, null, '?model=fast&open=1')
    const upload = slowUpload(`${server.url}/api/jobs/${id}/photos`)
    await upload.send(photos.slice(0, 3))
    await jobWhen(server.url, id, ({ counts }) => counts.total === 3)
    expect((await fetch(`${server.url}/api/jobs/${id}${path}`, { method })).ok).toBe(true)
    await upload.send(photos.slice(3)).catch(() => {})
    upload.end()
    const reply = await upload.reply
    expect([reply.status, reply.json.code]).toEqual([status, code])
  })
})
