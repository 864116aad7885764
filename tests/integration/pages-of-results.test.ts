import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_COLUMNS, type ResultRow } from '@/lib/shared/results/columns'
import { type Backend, ONE_BACKEND } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { TestServer } from '../support/server'

const run = promisify(execFile)
const broken = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ file: `broken/${i}.jpg`, bytes: Buffer.from(`ffd8ffe0${i}`) }))

/** The client in docs/api.md, unchanged but for the job. */
function documentedClient(job: string): string {
  const [, code] = /```js\n([\s\S]*?x-next-cursor[\s\S]*?)```/.exec(readFileSync('docs/api.md', 'utf8')) ?? []
  expect(code).toBeDefined()
  return (code as string).replace(/'http:\/\/localhost:3000\/api\/jobs\/[^']*'/, `'${job}'`)
}

interface Page {
  rows: (ResultRow & { index: number })[]
  cursor: string
  link: string | null
}

async function page(job: string, query: string): Promise<Page> {
  const reply = await fetch(`${job}/results?${query}`)
  expect(reply.status).toBe(200)
  const cursor = reply.headers.get('x-next-cursor') ?? ''
  return { rows: (await reply.json()) as Page['rows'], cursor, link: reply.headers.get('link') }
}

/** Follows the links from the first page. */
async function pages(job: string, query: string): Promise<Page['rows']> {
  const rows: Page['rows'] = []
  let next: string | undefined = `${job}/results?${query}&cursor=`
  while (next !== undefined) {
    const reply: Response = await fetch(next)
    rows.push(...((await reply.json()) as Page['rows']))
    const [, path] = /^<([^>]+)>; rel="next"$/.exec(reply.headers.get('link') ?? '') ?? []
    next = path && new URL(path, next).href
  }
  return rows
}

describe.each(ONE_BACKEND)('pages of results in %s', (_name, open) => {
  let home: Backend
  let server: TestServer
  beforeAll(async () => {
    home = await open({ LOG_LEVEL: 'warn', MAX_FILES: '1000' })
    server = home.server
  })
  afterAll(() => home?.stop())

  test('the documented client reads each row of a growing job once', async () => {
    const photos = distinctPhotos(240)
    const { id } = await createJob(server.url, formOf(photos.slice(0, 80)), '?model=fast&open=1')
    const job = `${server.url}/api/jobs/${id}`
    const client = run(process.execPath, ['--input-type=module', '-e', documentedClient(job)])
    for (const from of [80, 160]) {
      await sleep(400)
      await fetch(`${job}/photos`, { method: 'POST', body: formOf(photos.slice(from, from + 80)) })
    }
    await fetch(`${job}/close`, { method: 'POST' })
    const lines = (await client).stdout.trim().split('\n')
    const indices = lines.map((line) => Number(line.split(' ')[0])).sort((a, b) => a - b)
    expect(indices).toEqual(photos.map((_, index) => index))
    const names = new Map(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1]]))
    expect(photos.every(({ file }, index) => names.get(index) === file)).toBe(true)
  })

  test('pages with every filter; after a retry, new rows come after the last cursor', async () => {
    const photos = [...distinctPhotos(60), ...broken(60)].sort((a, b) => a.bytes.compare(b.bytes))
    const { id } = await createJob(server.url, formOf(photos), '?model=fast')
    const job = `${server.url}/api/jobs/${id}`
    await jobDone(server.url, id)
    const byIndex = (rows: Page['rows']) => rows.map(({ index }) => index).sort((a, b) => a - b)
    const all = await pages(job, 'limit=7')
    expect(byIndex(all)).toEqual(photos.map((_, index) => index))
    for (const row of all) expect(row.file).toBe(photos[row.index]?.file)
    const wanted = (status: string) => byIndex(all.filter((row) => row.status === status))
    for (const status of ['ok', 'failed']) {
      const rows = await pages(job, `limit=13&status=${status}`)
      expect([rows.length, byIndex(rows)]).toEqual([60, wanted(status)])
    }
    const { cursor, link } = await page(job, 'cursor=')
    expect([cursor.length > 0, link]).toEqual([true, null])
    await fetch(`${job}/retry`, { method: 'POST' })
    await jobWhen(server.url, id, ({ state, counts }) => state === 'done' && counts.failed === 60)
    expect(byIndex((await page(job, `cursor=${cursor}`)).rows)).toEqual(wanted('failed'))
    expect(byIndex(await pages(job, 'limit=50'))).toEqual(photos.map((_, index) => index))
  })

  test('pages in each format; refuses a cursor that is not of the job', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(3)), '?model=fast')
    const other = await createJob(server.url, formOf(distinctPhotos(2)), '?model=fast')
    const job = `${server.url}/api/jobs/${id}`
    await jobDone(server.url, id)
    await jobDone(server.url, other.id)
    const csv = await (await fetch(`${job}/results?format=csv&cursor=&limit=2`)).text()
    const { data, meta } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true })
    expect([meta.fields, new Set(data.map(({ index }) => index)).size]).toEqual([[...PAGE_COLUMNS], 2])
    expect(Object.keys((await resultsOf(server.url, id, '&cursor=&columns=index,label'))[0] ?? {})).toEqual([
      'index',
      'label',
    ])
    const { cursor } = await page(`${server.url}/api/jobs/${other.id}`, 'cursor=')
    for (const wrong of [cursor, 'x', Buffer.from(`${id.slice(0, 8)}:7`).toString('base64url'), 'y'.repeat(201)]) {
      await refusal(fetch(`${job}/results?cursor=${wrong}`), 400, 'invalid_parameter')
    }
    await refusal(fetch(`${job}/results?cursor=&offset=1`), 400, 'invalid_parameter')
  })

  test('a Last-Event-ID of another server starts again from the first result', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(4)), '?model=fast')
    await jobDone(server.url, id)
    for (const place of ['99999999', '17', 'ffffffff.900.0', 'nonsense']) {
      const reply = await fetch(`${server.url}/api/jobs/${id}/events`, { headers: { 'last-event-id': place } })
      expect((await reply.text()).match(/^event: result$/gm), place).toHaveLength(4)
    }
    expect(server.output()).not.toMatch(/error/i)
  })
})
