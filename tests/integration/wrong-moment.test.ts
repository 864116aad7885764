import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { BACKENDS, type Backend } from '../support/backends'
import { openUpload, refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, FORM_END, FORM_TYPE, filePart, formOf, zipOf } from '../support/many-photos'
import type { TestServer } from '../support/server'

/** Clients that act while an upload, their own or another client's, is in progress. */
describe.each(BACKENDS)('at an inconvenient moment, with jobs in %s', (_name, open) => {
  let home: Backend
  let server: TestServer
  beforeAll(async () => {
    home = await open({ LOG_LEVEL: 'warn', MAX_JOB_BYTES: '20000000' })
    server = home.server
  })
  afterAll(() => home?.stop())

  test.each([
    ['cancelled', (job: string) => fetch(`${job}/cancel`, { method: 'POST' }), 409, 'conflict'],
    ['deleted', (job: string) => fetch(job, { method: 'DELETE' }), 404, 'unknown_job'],
  ] as const)('an upload into a job that is %s meanwhile is refused', async (_what, act, status, code) => {
    const { id } = await createJob(server.url, null, '?model=fast&open=1')
    const job = `${server.url}/api/jobs/${id}`
    const photos = distinctPhotos(220)
    const upload = openUpload(`${job}/photos`, FORM_TYPE)
    // More than a hundred: the distributed backend has a shard in flight.
    for (const photo of photos.slice(0, 120)) await upload.send(filePart(photo))
    await jobWhen(server.url, id, ({ counts }) => counts.total >= 100)
    expect((await act(job)).ok).toBe(true)
    for (const photo of photos.slice(120)) await upload.send(filePart(photo))
    await upload.send(FORM_END)
    const reply = await upload.end()
    expect([reply.status, (JSON.parse(reply.body) as ProblemDetails).code], reply.body).toEqual([status, code])
    if (status === 409) expect((await jobOf(server.url, id)).state).toBe('cancelled')
    else expect((await fetch(job)).status).toBe(404)
    expect(server.output()).not.toMatch(/internal error/)
    // No process continues with a job that is gone.
    const before = server.child.pid && (await cpuOf(server.child.pid))
    await sleep(500)
    expect((await cpuOf(server.child.pid as number)) - Number(before)).toBeLessThan(300)
  })

  test('a download of results that are deleted meanwhile breaks off instead of ending early', async () => {
    // More than the system's buffers hold.
    const { id } = await createJob(server.url, formOf(distinctPhotos(250)), '?model=fast&top_k=1000')
    await jobDone(server.url, id)
    const results = `${server.url}/api/jobs/${id}/results?format=ndjson`
    const reader = ((await fetch(results)).body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    expect((await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })).status).toBe(204)
    const rest = async () => {
      while (!(await reader.read()).done);
    }
    await expect(rest()).rejects.toThrow(/terminated/)
    for (const page of ['', '&cursor=']) await refusal(fetch(results + page), 404, 'unknown_job')
    await server.printed(/"code":"unknown_job".*response aborted/)
    expect(server.output()).not.toMatch(/^\s+at |internal/m)
  })

  test('limits the archives of a form together; a damaged photo in an archive fails alone', async () => {
    // Nine megabytes each when unpacked, half a megabyte packed: each alone would pass.
    const padded = Buffer.concat([randomBytes(50_000), Buffer.alloc(850_000)])
    const bytes = await zipOf(Array.from({ length: 10 }, (_, i) => ({ file: `${i}.webp`, bytes: padded })))
    const zips = [0, 1, 2].map((i) => ({ file: `${i}.zip`, bytes }))
    await refusal(
      fetch(`${server.url}/api/jobs?model=fast`, { method: 'POST', body: formOf(zips) }),
      413,
      'archive_too_large',
    )
    const [photo] = distinctPhotos(1)
    const stored = await zipOf([photo!, { file: 'whole.webp', bytes: photo!.bytes }], false)
    // One bit in the middle of the first photo.
    const at = stored.indexOf(photo!.bytes) + 2000
    stored[at] = (stored[at] as number) ^ 1
    const { id } = await createJob(server.url, formOf([{ file: 'a.zip', bytes: stored }]), '?model=fast')
    expect((await jobDone(server.url, id)).counts).toMatchObject({ ok: 1, failed: 1 })
    expect((await resultsOf(server.url, id))[0]).toMatchObject({ file: photo!.file, error_code: 'truncated_image' })
  })

  test('an empty file input of a form is not a file', async () => {
    const photo = distinctPhotos(1)[0]!
    const nothing = filePart({ file: '', bytes: Buffer.alloc(0) }, 'camera')
    const form = Buffer.concat([filePart(photo, 'file'), nothing, FORM_END])
    const post = async (path: string, body: Buffer) => {
      const reply = await fetch(server.url + path, { method: 'POST', body: new Uint8Array(body), headers: FORM_TYPE })
      return { status: reply.status, text: await reply.text() }
    }
    for (const body of [form, Buffer.concat([nothing, form])]) {
      expect((await post('/api/classify?model=fast', body)).status).toBe(200)
      const lines = (await post('/api/classify?stream=1&model=fast', body)).text.trim().split('\n')
      expect(lines.map((line) => JSON.parse(line).status)).toEqual(['ok'])
      const job = JSON.parse((await post('/api/jobs?model=fast', body)).text)
      expect(job.counts.total).toBe(1)
    }
    expect((await post('/api/explain?model=fast&method=occlusion', form)).status).toBe(200)
    const empty = Buffer.concat([nothing, FORM_END])
    for (const path of ['/api/classify', '/api/classify?stream=1', '/api/jobs', '/api/explain']) {
      const { status, text } = await post(path, empty)
      expect([status, JSON.parse(text).code], path).toEqual([400, 'no_file'])
    }
  })
})

/** CPU time used by a process (milliseconds). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return 10 * (Number(user) + Number(system))
}
