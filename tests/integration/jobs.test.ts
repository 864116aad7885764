import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import { listCell, RESULT_COLUMNS, RESULT_TYPES } from '@/lib/shared/results/columns'
import { BACKENDS, type Backend } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf, zipOf } from '../support/many-photos'
import { packedBy } from '../support/odd-zips'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'
import { readRows, readWorkbook } from '../support/workbook'

const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
/** Known before the servers start: they are told that they may call it. */
const CALLBACK_PORT = 20_000 + (process.pid % 10_000)
const CALLBACK_HOST = `127.0.0.1:${CALLBACK_PORT}`
const post = (url: string, body: BodyInit | null = null, headers: HeadersInit = {}) =>
  fetch(url, { method: 'POST', body, headers })

const header = (reply: Response) => (name: string) => reply.headers.get(name)

describe.each(BACKENDS)('jobs in %s', (_name, open) => {
  let home: Backend
  let server: TestServer
  beforeAll(async () => {
    home = await open({
      LOG_LEVEL: 'warn',
      MAX_FILES: '40',
      MAX_IMAGE_BYTES: '1000000',
      ADMIN_TOKEN: 'open sesame',
      URL_INPUT_ALLOW: CALLBACK_HOST,
    })
    server = home.server
  })
  afterAll(() => home?.stop())

  test('a paused job takes up nothing until it is resumed; photos that are sent twice count once', async () => {
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

  test('a form becomes a job; its results come in the order of the photos, in each format, in pages and columns', async () => {
    const large = { file: 'large.png', bytes: Buffer.alloc(1_000_001, espresso) }
    const photos = [...distinctPhotos(11), large, broken]
    const { id } = await createJob(server.url, formOf(photos), '?model=fast&top_k=3')
    const job = await jobDone(server.url, id)
    expect(job).toMatchObject({
      open: false,
      model: { id: 'efficientnet-lite0-int8', revision: expect.stringMatching(/^sha256:/) },
      counts: { total: 13, done: 13, ok: 11, failed: 2 },
      expires_at: expect.any(String),
    })
    const rows = await resultsOf(server.url, id)
    expect(rows.map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(rows.every(({ top_labels, status }) => status === 'failed' || top_labels.length === 3)).toBe(true)
    expect(rows[11]).toMatchObject({ file: 'large.png', error_code: 'too_large' })
    expect(rows[12]).toMatchObject({ status: 'failed', error_code: 'truncated_image', bytes: 10 })
    expect(await resultsOf(server.url, id, '&status=failed')).toEqual(rows.slice(11))
    // A part says whose rows they are.
    expect(await resultsOf(server.url, id, '&offset=3&limit=2')).toEqual(
      rows.slice(3, 5).map((row, at) => ({ index: 3 + at, ...row })),
    )
    const results = `${server.url}/api/jobs/${id}/results`
    expect(await (await fetch(results)).json()).toEqual(rows)
    const csv = await (await fetch(`${results}?format=csv`)).arrayBuffer()
    const { data, meta } = Papa.parse<Record<string, string>>(new TextDecoder().decode(csv), {
      header: true,
      skipEmptyLines: true,
    })
    expect([meta.fields, data.length]).toEqual([[...RESULT_COLUMNS], 13])
    expect((await (await fetch(`${results}?format=csv&columns=file,label`)).text()).split('\r\n')[0]).toBe('file,label')
    await refusal(fetch(`${results}?columns=nothing`), 400, 'invalid_parameter')
    const workbook = await fetch(`${results}?format=xlsx`)
    expect([
      workbook.status,
      ...['content-type', 'content-disposition', 'content-encoding'].map(header(workbook)),
    ]).toEqual([200, RESULT_TYPES.xlsx, 'attachment; filename="results.xlsx"', null])
    const bytes = Buffer.from(await workbook.arrayBuffer())
    const joined = rows.map((row) => ({
      ...row,
      top_labels: listCell(row.top_labels) || null,
      top_scores: listCell(row.top_scores) || null,
    }))
    expect(await readRows(bytes)).toEqual(joined)
    const again = await fetch(`${results}?format=xlsx`)
    expect(bytes.equals(Buffer.from(await again.arrayBuffer()))).toBe(true)
    const part = await fetch(`${results}?format=xlsx&columns=label,file&status=ok&offset=1&limit=2`)
    const [sheet] = await readWorkbook(Buffer.from(await part.arrayBuffer()))
    expect(sheet?.rows).toEqual([['label', 'file'], ...rows.slice(1, 3).map(({ label, file }) => [label, file])])
  })

  test('results come as what the client takes, where it does not say otherwise in the address', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(2)), '?model=fast')
    await jobDone(server.url, id)
    const results = `${server.url}/api/jobs/${id}/results`
    const typeOf = async (accept: string, query = '') => {
      const reply = await fetch(results + query, { headers: { accept } })
      await reply.arrayBuffer()
      expect([reply.status, reply.headers.get('vary')]).toEqual([200, expect.stringMatching(/accept/i)])
      return reply.headers.get('content-type')
    }
    expect(await typeOf(RESULT_TYPES.xlsx)).toBe(RESULT_TYPES.xlsx)
    expect(await typeOf('text/csv')).toBe(RESULT_TYPES.csv)
    expect(await typeOf(`text/csv;q=0.5, ${RESULT_TYPES.xlsx};q=0.9, */*;q=0.1`)).toBe(RESULT_TYPES.xlsx)
    for (const accept of ['*/*', 'text/html, */*;q=0.8', `${RESULT_TYPES.xlsx};q=0`, 'nonsense']) {
      expect([accept, await typeOf(accept)]).toEqual([accept, RESULT_TYPES.json])
    }
    expect(await typeOf(RESULT_TYPES.xlsx, '?format=ndjson')).toBe(RESULT_TYPES.ndjson)
    await refusal(fetch(`${results}?format=xls`), 400, 'invalid_parameter')
    const head = await fetch(results, { method: 'HEAD', headers: { accept: RESULT_TYPES.xlsx } })
    expect([head.status, ...['content-type', 'content-disposition'].map(header(head)), await head.text()]).toEqual([
      200,
      RESULT_TYPES.xlsx,
      'attachment; filename="results.xlsx"',
      '',
    ])
    expect((await fetch(`${server.url}/api/jobs/nothing/results?format=xlsx`, { method: 'HEAD' })).status).toBe(404)
  })

  test('an archive and a list of addresses; the same photo twice is run once and has two rows', async () => {
    const photos = [...distinctPhotos(3), { file: 'again.webp', bytes: distinctPhotos(1)[0]!.bytes }]
    const archive = packedBy(
      await zipOf([...photos, { file: 'packed.webp', bytes: photos[0]!.bytes }]),
      'packed.webp',
      12,
    )
    const zip = await createJob(server.url, new Uint8Array(archive), '', { 'content-type': 'application/zip' })
    await jobDone(server.url, zip.id)
    const rows = await resultsOf(server.url, zip.id)
    expect(rows.slice(0, 4).map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
    // What cannot be taken out of its archive fails alone.
    expect(rows[4]).toMatchObject({ file: 'packed.webp', status: 'failed', error_code: 'unsupported_format' })
    expect(rows[3]).toEqual({ ...rows[0], file: 'again.webp' })
    const list = 'url,file\nhttp://127.0.0.1:1/a.jpg,\nhttp://169.254.169.254/,meta\nftp://x/y,\n'
    const urls = await createJob(server.url, list, '', { 'content-type': 'text/csv' })
    await jobDone(server.url, urls.id)
    expect((await resultsOf(server.url, urls.id)).map(({ file, error_code }) => [file, error_code])).toEqual([
      ['http://127.0.0.1:1/a.jpg', 'url_refused'],
      ['meta', 'url_refused'],
      ['ftp://x/y', 'url_refused'],
    ])
  })

  test('an open job takes more photos until it is closed, and shows its results meanwhile', async () => {
    const [first, second] = [distinctPhotos(4).slice(0, 2), distinctPhotos(4).slice(2)]
    const { id, open } = await createJob(server.url, null, '?open=1')
    expect(open).toBe(true)
    const url = `${server.url}/api/jobs/${id}`
    expect((await post(`${url}/photos`, formOf(first))).status).toBe(200)
    await jobWhen(server.url, id, ({ counts }) => counts.done === 2)
    expect(await resultsOf(server.url, id)).toHaveLength(2)
    // A workbook of what there is, and whole.
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

  test('the same key makes the same job once; with other photos it is a conflict', async () => {
    const key = { 'idempotency-key': 'monday' }
    const job = await createJob(server.url, formOf(distinctPhotos(2)), '', key)
    const replies = await Promise.all([1, 2].map(() => post(`${server.url}/api/jobs`, formOf(distinctPhotos(2)), key)))
    for (const reply of replies) expect([reply.status, ((await reply.json()) as Job).id]).toEqual([200, job.id])
    await refusal(post(`${server.url}/api/jobs`, formOf(distinctPhotos(3)), key), 409, 'conflict')
    await refusal(post(`${server.url}/api/jobs?top_k=2`, formOf(distinctPhotos(2)), key), 409, 'conflict')
  })

  test('events tell each result once, also to who comes back later', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(20)))
    const events = async (after?: string) => {
      const headers: HeadersInit = after === undefined ? {} : { 'last-event-id': after }
      const text = await (await fetch(`${server.url}/api/jobs/${id}/events`, { headers })).text()
      return text
        .split('\n\n')
        .filter((block) => block.includes('event: '))
        .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))))
    }
    const all = await events()
    const results = all.filter(({ event }) => event === 'result')
    expect(new Set(results.map(({ data }) => JSON.parse(data).index)).size).toBe(20)
    expect(results).toHaveLength(20)
    expect(JSON.parse(all.at(-1)!.data)).toMatchObject({ state: 'done', counts: { ok: 20 } })
    const rest = await events(results[14]!.id)
    expect(rest.filter(({ event }) => event === 'result')).toEqual(results.slice(15))
  })

  test('cancelled for good; failed photos again; deleted with everything', async () => {
    const cancelled = await createJob(server.url, formOf(distinctPhotos(40)), '?model=accurate')
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

  test('what is wrong is refused as a whole, and leaves nothing', async () => {
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

  test('the end of a job is told to its callback, signed, again until it is heard; not into the network that we stand in', async () => {
    const heard: { body: string; signature: unknown }[] = []
    let refusals = 1
    const listener = createServer((request, response) => {
      let body = ''
      request.on('data', (data) => (body += data))
      request.on('end', () => {
        response.statusCode = refusals-- > 0 ? 503 : 204
        heard.push({ body, signature: request.headers['x-vision-signature'] })
        response.end()
      })
    }).listen(CALLBACK_PORT, '127.0.0.1')
    await once(listener, 'listening')
    try {
      const inside = encodeURIComponent('http://169.254.169.254/latest')
      await refusal(
        post(`${server.url}/api/jobs?callback_url=${inside}`, formOf(distinctPhotos(1))),
        422,
        'url_refused',
      )
      const query = `?callback_url=${encodeURIComponent(`http://${CALLBACK_HOST}/done`)}`
      const { id, callback_secret = '' } = await createJob(server.url, formOf(distinctPhotos(3)), query)
      const job = await jobWhen(server.url, id, ({ callback }) => callback?.state === 'delivered')
      expect([job.callback?.attempts, job.callback_secret]).toEqual([2, undefined])
      expect(heard).toHaveLength(2)
      for (const { body, signature } of heard) {
        expect(JSON.parse(body)).toMatchObject({ id, state: 'done', counts: { ok: 3 } })
        expect(signature).toBe(`sha256=${createHmac('sha256', callback_secret).update(body).digest('hex')}`)
      }
    } finally {
      listener.close()
    }
  })
})

describe('across servers', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const start = (env: Record<string, string> = {}) =>
    startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: folder, ...env } })

  test('killed three times in the middle, the job goes on at each start, and each photo has one result', async () => {
    const photos = distinctPhotos(150)
    let server = await start()
    const { id } = await createJob(server.url, formOf(photos))
    for (const least of [10, 60, 110]) {
      await jobWhen(server.url, id, ({ counts }) => counts.done >= least)
      server.child.kill('SIGKILL')
      await new Promise((resolve) => server.child.once('exit', resolve))
      server = await start()
    }
    await jobDone(server.url, id)
    const rows = await resultsOf(server.url, id)
    expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
    // One line a photo: what was done before a kill was not done again.
    const lines = readFileSync(join(folder, 'jobs', id, 'results.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(lines).toHaveLength(150)
    // The photos themselves are not kept.
    expect(readdirSync(join(folder, 'jobs', id, 'files'))).toEqual([])
    expect(await server.stop()).toBe(0)
  }, 120_000)

  test('stopped politely with a job and a listener, it ends at once and goes on later', async () => {
    const first = await start()
    const { id } = await createJob(first.url, formOf(distinctPhotos(120)))
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

  test('a second server on the same folder serves photos, and takes its jobs over when the first stops; switched off, there are none', async () => {
    const first = await start()
    const second = await start()
    expect(second.output()).toMatch(/waiting for the jobs folder: another server holds its lease/)
    await refusal(post(`${second.url}/api/jobs`, formOf(distinctPhotos(1))), 503, 'not_ready')
    const { id } = await createJob(first.url, formOf(distinctPhotos(40)))
    await first.stop()
    expect((await jobDone(second.url, id)).counts.ok).toBe(40)
    await second.stop()
    const off = await start({ ENABLE_BATCH_PROCESSING: 'false' })
    await refusal(post(`${off.url}/api/jobs`, formOf(distinctPhotos(1))), 404, 'not_found')
    expect((await fetch(`${off.url}/batch`)).status).toBe(404)
    expect(await (await fetch(`${off.url}/gallery`)).text()).not.toContain('href="/batch"')
    await off.stop()
  })
})

/** A disk of two megabytes, where this machine lets a test have one. */
function smallDisk(folder: string): boolean {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
  return mounted.status === 0
}

test('a full disk pauses the job and refuses uploads; with room again it goes on, and nothing is lost', async ({
  skip,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'small-'))
  if (!smallDisk(folder)) {
    rmSync(folder, { recursive: true })
    skip('this machine lets nobody mount a file system')
  }
  // Photos that come when the test lets them.
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
