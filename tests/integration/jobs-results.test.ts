import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listCell, RESULT_COLUMNS, RESULT_TYPES } from '@/lib/shared/results/columns'
import { BACKENDS, type Backend } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf, zipOf } from '../support/many-photos'
import { packedBy } from '../support/odd-zips'
import { espresso } from '../support/photos'
import type { TestServer } from '../support/server'
import { readRows, readWorkbook } from '../support/workbook'

const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
const header = (reply: Response) => (name: string) => reply.headers.get(name)

describe.each(BACKENDS)('results of jobs in %s', (_name, open) => {
  let backend: Backend
  let server: TestServer
  beforeAll(async () => {
    backend = await open({ LOG_LEVEL: 'warn', MAX_FILES: '40', MAX_IMAGE_BYTES: '1000000' })
    server = backend.server
  })
  afterAll(() => backend?.stop())

  test('creates a job from a form and returns its results in the order of the photos, in each format, page and column', async () => {
    const large = { file: 'large.png', bytes: Buffer.alloc(1_000_001, espresso) }
    const photos = [...distinctPhotos(11), large, broken]
    const { id } = await createJob(server.url, formOf(photos), '?model=fast&top_k=3')
    const job = await jobDone(server.url, id)
    expect(job).toMatchObject({
      open: false,
      model: { id: 'tiny', revision: expect.stringMatching(/^sha256:/) },
      counts: { total: 13, done: 13, ok: 11, failed: 2 },
      expires_at: expect.any(String),
    })
    const rows = await resultsOf(server.url, id)
    expect(rows.map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(rows.every(({ top_labels, status }) => status === 'failed' || top_labels.length === 3)).toBe(true)
    expect(rows[11]).toMatchObject({ file: 'large.png', error_code: 'too_large' })
    expect(rows[12]).toMatchObject({ status: 'failed', error_code: 'truncated_image', bytes: 10 })
    expect(await resultsOf(server.url, id, '&status=failed')).toEqual(rows.slice(11))
    // A part includes the index of each row.
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
    expect(await resultsOf(server.url, id, '&columns=file,uncertain_reason')).toEqual(
      rows.map(({ file, uncertain_reason }) => ({ file, uncertain_reason })),
    )
    await refusal(fetch(`${results}?format=csv&columns=file,uncertain_reason`), 400, 'invalid_parameter')
    const workbook = await fetch(`${results}?format=xlsx`)
    expect([
      workbook.status,
      ...['content-type', 'content-disposition', 'content-encoding'].map(header(workbook)),
    ]).toEqual([200, RESULT_TYPES.xlsx, 'attachment; filename="results.xlsx"', null])
    const bytes = Buffer.from(await workbook.arrayBuffer())
    // Tables have no column for the reason.
    const joined = rows.map(({ uncertain_reason, ...row }) => ({
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

  test('returns results in the format that the client accepts unless the query names one', async () => {
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

  test('creates jobs from an archive and a URL list; classifies a duplicate photo once and returns two rows', async () => {
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
    // A photo that can't be extracted fails alone.
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
})
