import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import { BACKENDS, type Backend } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import type { TestServer } from '../support/server'
import { readRows } from '../support/workbook'

const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
const post = (url: string, body: BodyInit | null = null, headers: HeadersInit = {}) =>
  fetch(url, { method: 'POST', body, headers })

describe.each(BACKENDS)('jobs in %s', (_name, open) => {
  let backend: Backend
  let server: TestServer
  beforeAll(async () => {
    backend = await open({ LOG_LEVEL: 'warn', MAX_FILES: '40', ADMIN_TOKEN: 'open sesame' })
    server = backend.server
  })
  afterAll(() => backend?.stop())

  test('a paused job starts no photos until it is resumed; photos sent twice count once', async () => {
    const photos = distinctPhotos(12)
    const { id } = await createJob(server.url, null, '?model=fast&open=1')
    const act = async (name: string, body: BodyInit | null = null) =>
      (await (await post(`${server.url}/api/jobs/${id}/${name}`, body)).json()) as Job
    expect(await act('pause')).toMatchObject({ state: 'paused', reason: 'requested' })
    await act('photos?unique=1', formOf(photos.slice(0, 7)))
    expect(await act('photos?unique=1', formOf(photos))).toMatchObject({ counts: { total: 12 } })
    const names = await (await fetch(`${server.url}/api/jobs/${id}/photos?offset=2`)).json()
    expect(names).toEqual({ files: photos.slice(2).map(({ file }) => file), total: 12 })
    expect(await act('close')).toMatchObject({ state: 'paused', counts: { done: 0 }, rate: null, eta_s: null })
    expect(await act('resume')).toMatchObject({ state: 'running', reason: null })
    expect(await jobDone(server.url, id)).toMatchObject({ counts: { total: 12, ok: 12 } })
    expect((await resultsOf(server.url, id)).map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    await refusal(fetch(`${server.url}/api/jobs/${id}/photos?offset=-1`), 400, 'invalid_parameter')
  })

  test('an open job accepts photos until it is closed, and returns its results meanwhile', async () => {
    const [first, second] = [distinctPhotos(4).slice(0, 2), distinctPhotos(4).slice(2)]
    const { id, open } = await createJob(server.url, null, '?open=1')
    expect(open).toBe(true)
    const url = `${server.url}/api/jobs/${id}`
    expect((await post(`${url}/photos`, formOf(first))).status).toBe(200)
    await jobWhen(server.url, id, ({ counts }) => counts.done === 2)
    expect(await resultsOf(server.url, id)).toHaveLength(2)
    // A complete workbook of the results so far.
    const soFar = await fetch(`${url}/results?format=xlsx`)
    expect((await readRows(Buffer.from(await soFar.arrayBuffer()))).map(({ file }) => file)).toEqual(
      first.map(({ file }) => file),
    )
    expect(await jobOf(server.url, id)).toMatchObject({ state: 'running', open: true })
    await post(`${url}/photos`, formOf(second))
    await post(`${url}/close`)
    expect((await jobDone(server.url, id)).counts.ok).toBe(4)
    await refusal(post(`${url}/photos`, formOf(first)), 409, 'conflict')
    await refusal(post(`${url}/photos`, formOf(distinctPhotos(1))), 409, 'conflict')
  })

  test('creates one job per Idempotency-Key and refuses the key for different photos', async () => {
    const key = { 'idempotency-key': 'monday' }
    const job = await createJob(server.url, formOf(distinctPhotos(2)), '', key)
    const replies = await Promise.all([1, 2].map(() => post(`${server.url}/api/jobs`, formOf(distinctPhotos(2)), key)))
    for (const reply of replies) expect([reply.status, ((await reply.json()) as Job).id]).toEqual([200, job.id])
    await refusal(post(`${server.url}/api/jobs`, formOf(distinctPhotos(3)), key), 409, 'conflict')
    await refusal(post(`${server.url}/api/jobs?top_k=2`, formOf(distinctPhotos(2)), key), 409, 'conflict')
  })

  test('cancels a job for good, retries failed photos, and deletes a job with everything', async () => {
    const cancelled = await createJob(server.url, formOf(distinctPhotos(40)), '?model=fast')
    await post(`${server.url}/api/jobs/${cancelled.id}/cancel`)
    expect(await jobOf(server.url, cancelled.id)).toMatchObject({ state: 'cancelled', open: false })
    await refusal(post(`${server.url}/api/jobs/${cancelled.id}/retry`), 409, 'conflict')
    const { id } = await createJob(server.url, formOf([...distinctPhotos(2), broken]))
    await jobDone(server.url, id)
    await post(`${server.url}/api/jobs/${id}/retry`)
    expect((await jobDone(server.url, id)).counts).toEqual({ total: 3, done: 3, ok: 2, failed: 1 })
    expect(await resultsOf(server.url, id)).toHaveLength(3)
    expect((await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })).status).toBe(204)
    await refusal(fetch(`${server.url}/api/jobs/${id}`), 404, 'unknown_job')
    await refusal(fetch(`${server.url}/api/jobs/${id}/events`), 404, 'unknown_job')
  })

  test('refuses an invalid request as a whole, and leaves nothing behind', async () => {
    const jobs = `${server.url}/api/jobs`
    await refusal(post(jobs), 400, 'no_file')
    await refusal(post(jobs, espresso as BodyInit, { 'content-type': 'image/png' }), 400, 'no_file')
    await refusal(post(jobs, formOf([])), 400, 'no_file')
    await refusal(post(`${jobs}?model=none`, formOf(distinctPhotos(1))), 404, 'unknown_model')
    await refusal(post(`${jobs}?top_k=100001`, formOf(distinctPhotos(1))), 400, 'invalid_parameter')
    await refusal(post(jobs, formOf(distinctPhotos(41))), 413, 'too_many_files')
    await refusal(post(jobs, 'name\na.jpg\n', { 'content-type': 'text/csv' }), 400, 'invalid_parameter')
    await refusal(post(jobs, 'PK nonsense', { 'content-type': 'application/zip' }), 400, 'invalid_parameter')
    await refusal(fetch(jobs), 401, 'unauthorized')
    const listed = await fetch(jobs, { headers: { authorization: 'Bearer open sesame' } })
    const states = ((await listed.json()) as { jobs: Job[] }).jobs.map(({ counts }) => counts.total)
    expect(states).not.toContain(41)
    expect(states).not.toContain(0)
  })
})
