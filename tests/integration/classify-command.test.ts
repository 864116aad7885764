import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import Papa from 'papaparse'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RESULT_COLUMNS, type ResultRow } from '@/lib/shared/results/columns'
import { extendedTest, FULL, fullTest } from '../support/full'
import { distinctFiles } from '../support/many-photos'
import { REAL_MODEL, TINY_MODEL } from '../support/models'
import { childPids, startServer } from '../support/server'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'
import { readRows } from '../support/workbook'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'classify-'))
  mkdirSync(photos())
})
afterEach(() => rmSync(folder, { recursive: true }))

const photos = () => join(folder, 'photos')
const out = (name: string) => join(folder, name)
const real = (...args: string[]) => visionHere(['classify', '--workers', '1', '--model', 'fast', ...args])
/** Labels don't matter to most tests, so their model is one that takes no time. */
const classify = (...args: string[]) => visionHere(['classify', '--workers', '1', ...args], TINY_MODEL)
const rows = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRow)

/** So that a run takes a while. */
const SLOW = ['--workers', '1', '--model', 'accurate']

const fill = (count: number) => distinctFiles(photos(), count)

test('writes the same rows in every format, named and ordered as the input, with a row for each error', async () => {
  const given = fill(6)
  appendFileSync(join(photos(), 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  const all = [...given, join(photos(), 'broken.jpg')]
  for (const format of ['csv', 'json', 'ndjson', 'parquet', 'xlsx']) {
    const { code, err } = await classify(photos(), '--out', out(`r.${format}`), '--top-k', '3', '--threshold', '0.001')
    expect([code, err]).toEqual([1, expect.stringContaining(`${join(photos(), 'broken.jpg')}: truncated_image: `)])
  }
  const [broken, ...answered] = [rows(out('r.ndjson')).at(-1), ...rows(out('r.ndjson')).slice(0, -1)]
  expect(answered.map(({ file }) => file)).toEqual(given)
  expect(broken).toMatchObject({ file: join(photos(), 'broken.jpg'), status: 'failed', error_code: 'truncated_image' })
  expect(
    answered.every(({ status, top_scores }) => status === 'ok' && top_scores.every((score) => score >= 0.001)),
  ).toBe(true)
  const timeless = (list: object[]) => list.map((row) => ({ ...row, ms: null }))
  expect(timeless(JSON.parse(readFileSync(out('r.json'), 'utf8')))).toEqual(timeless(rows(out('r.ndjson'))))
  expect(rows(out('r.ndjson')).every((row) => 'uncertain_reason' in row)).toBe(true)
  const csv = readFileSync(out('r.csv'), 'utf8')
  expect(csv.startsWith(`\ufeff${RESULT_COLUMNS.join(',')}\r\n`)).toBe(true)
  const parsed = Papa.parse<Record<string, string>>(csv.slice(1), { header: true, skipEmptyLines: true }).data
  expect(parsed.map(({ file, label }) => [file, label])).toEqual(
    rows(out('r.ndjson')).map(({ file, label }) => [file, label ?? '']),
  )
  const buffer = readFileSync(out('r.parquet'))
  const table = await parquetReadObjects({
    file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length),
  })
  expect(table.map(({ file, score, width, uncertain }) => [file, score, width, uncertain])).toEqual(
    rows(out('r.ndjson')).map(({ file, score, width, uncertain }) => [file, score, width, uncertain]),
  )
  expect(table.length).toBe(all.length)
  const sheet = await readRows(readFileSync(out('r.xlsx')))
  const plain = ({ file, status, label, score, uncertain, bytes, error }: Partial<ResultRow>) => [
    file,
    status,
    label,
    score,
    uncertain,
    bytes,
    error,
  ]
  expect(sheet.map((row) => plain(row as Partial<ResultRow>))).toEqual(rows(out('r.ndjson')).map(plain))
  expect(readdirSync(folder).filter((name) => /part|new/.test(name))).toEqual([])
  const { err } = await classify(given[0] as string, '--out', out('one.csv'))
  expect(err).toMatch(/^1 of 1 photo classified with /)
})

extendedTest('reads names from stdin and writes only rows to stdout', async () => {
  const { child, closed, said } = startVision(['classify', '-', '--format', 'ndjson', '--model', 'fast'])
  child.stdin.end('public/gallery/koala.webp\nnowhere.png\n')
  const [code] = await closed
  const { out: printed, err } = said()
  expect([code, err]).toEqual([1, 'nowhere.png: not_found: The file does not exist.\n1 of 2 photos failed.\n'])
  const found = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRow)
  expect(found.find(({ status }) => status === 'ok')).toMatchObject({
    label: 'koala',
    model: 'efficientnet-lite0-int8',
  })
  expect(found).toHaveLength(2)
})

test('resumes after being killed at any moment: each photo once, a truncated line repaired', async () => {
  const given = fill(100)
  const journal = out('r.ndjson.part')
  for (const least of FULL ? [1, 30, 60] : [30]) {
    const { child, closed } = startVision(['classify', photos(), '--out', out('r.ndjson'), '--resume'], TINY_MODEL)
    while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < least + 2) {
      await Promise.race([sleep(5), closed])
    }
    child.kill('SIGKILL')
    await closed
    appendFileSync(journal, '{"file":"torn')
  }
  const before = readFileSync(journal, 'utf8').split('\n').length
  expect(before).toBeGreaterThan(30)
  expect((await classify(photos(), '--out', out('r.ndjson'))).code).toBe(2) // Refused without --resume.
  expect((await classify(photos(), '--out', out('r.ndjson'), '--resume', '--top-k', '2')).code).toBe(2)
  const { code } = await classify(photos(), '--out', out('r.ndjson'), '--resume')
  expect(code).toBe(0)
  expect(rows(out('r.ndjson')).map(({ file, status }) => [file, status])).toEqual(given.map((file) => [file, 'ok']))
  expect(existsSync(journal)).toBe(false)
})

fullTest('resumes a workbook after being killed', async () => {
  const given = fill(60)
  const journal = out('r.xlsx.part')
  const { child, closed } = startVision(['classify', photos(), '--out', out('r.xlsx')], TINY_MODEL)
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 12) {
    await Promise.race([sleep(5), closed])
  }
  child.kill('SIGKILL')
  await closed
  expect(readdirSync(folder).sort()).toEqual(['photos', 'r.xlsx.lock', 'r.xlsx.part'])
  const { code } = await classify(photos(), '--out', out('r.xlsx'), '--resume')
  expect(code).toBe(0)
  const sheet = await readRows(readFileSync(out('r.xlsx')))
  expect(sheet.map(({ file, status }) => [file, status])).toEqual(given.map((file) => [file, 'ok']))
  expect(readdirSync(folder).sort()).toEqual(['photos', 'r.xlsx'])
})

extendedTest('stops cleanly on Ctrl-C and keeps completed rows', async () => {
  fill(200)
  const { child, closed, said } = startVision(['classify', photos(), '--out', out('r.csv'), ...SLOW])
  while (!existsSync(out('r.csv.part')) || readFileSync(out('r.csv.part'), 'utf8').split('\n').length < 10) {
    await Promise.race([sleep(5), closed])
  }
  child.kill('SIGINT')
  expect((await closed)[0]).toBe(130)
  expect(said().err).toContain('with --resume to continue')
  for (const line of readFileSync(out('r.csv.part'), 'utf8').trim().split('\n')) JSON.parse(line)
})

extendedTest('refuses a second run on the same --out, and does nothing twice', async () => {
  const given = fill(100)
  const args = ['classify', photos(), '--out', out('r.ndjson'), ...SLOW]
  const first = startVision(args)
  while (!existsSync(out('r.ndjson.part'))) await Promise.race([sleep(20), first.closed])
  // Its worker stands still, so it can't finish before the others have tried.
  const signalWorkers = (signal: NodeJS.Signals) => {
    for (const pid of childPids(first.child.pid as number)) process.kill(pid, signal)
  }
  signalWorkers('SIGSTOP')
  const others = [[], ['--resume']].map((more) => startVision([...args, ...more]))
  for (const { closed, said } of others) {
    const [code] = await closed
    expect([code, said().err]).toEqual([
      1,
      `Another run (process ${first.child.pid} on ${hostname()}) is writing ${out('r.ndjson')}. Wait until it finishes, or choose another --out.\n`,
    ])
  }
  signalWorkers('SIGCONT')
  const [code] = await first.closed
  expect([code, rows(out('r.ndjson')).map(({ file }) => file)]).toEqual([0, given])
  expect(readdirSync(folder).sort()).toEqual(['photos', 'r.ndjson'])
})

fullTest('writes nothing more after a suspended run was taken over', async () => {
  fill(80)
  const args = ['classify', photos(), '--out', out('r.ndjson'), '--resume', ...SLOW]
  const first = startVision(args)
  while (!existsSync(out('r.ndjson.part'))) await sleep(20)
  first.child.kill('SIGSTOP')
  const second = startVision(args)
  expect(await second.closed).toEqual([0, null])
  const written = readFileSync(out('r.ndjson'), 'utf8')
  first.child.kill('SIGCONT')
  expect(await first.closed).toEqual([1, null])
  expect(first.said().err).toContain(`Another run took over ${out('r.ndjson')}`)
  expect(readFileSync(out('r.ndjson'), 'utf8')).toBe(written)
  expect(readdirSync(folder).sort()).toEqual(['photos', 'r.ndjson'])
})

extendedTest('gets the same results from a server as from the local engine', async () => {
  const server = await startServer({ env: { ...REAL_MODEL, LOG_LEVEL: 'warn' } })
  try {
    fill(8)
    await real(photos(), '--out', out('here.ndjson'))
    expect((await real(photos(), '--out', out('there.ndjson'), '--server', server.url)).code).toBe(0)
    const timeless = (path: string) => rows(path).map((row) => ({ ...row, ms: null }))
    expect(timeless(out('there.ndjson'))).toEqual(timeless(out('here.ndjson')))
  } finally {
    await server.stop()
  }
  const { code, err } = await classify(photos(), '--server', server.url)
  expect([code, err]).toEqual([5, expect.stringContaining('No server responded at')])
})

test('reports accuracy from labels, and exits with a usage error for invalid options', async () => {
  appendFileSync(out('truth.csv'), 'file,label\nkoala.webp,koala\ngoldfish.webp,koala\nespresso.png,unicorn\n')
  const { err, out: written } = await real(
    'public/gallery/koala.webp',
    'public/gallery/goldfish.webp',
    'public/gallery/espresso.png',
    '--labels',
    out('truth.csv'),
  )
  expect(err).toContain('top-1  50.0% of 2 labeled photos')
  expect(err).toContain('unknown label  unicorn')
  expect(written.split('\r\n')[0]).toMatch(/,error,truth,correct$/)
  expect(err).toContain('truth.csv: file = file, label = label, 3 of 3 matched')
  // The true labels are two more columns, in every format.
  const judged = [
    ['koala', true],
    ['koala', false],
    ['unicorn', null],
  ]
  for (const format of ['ndjson', 'parquet']) {
    const photos = ['koala.webp', 'goldfish.webp', 'espresso.png'].map((name) => join('public/gallery', name))
    await real(...photos, '--labels', out('truth.csv'), '--out', out(`judged.${format}`))
    const bytes = readFileSync(out(`judged.${format}`))
    const list =
      format === 'ndjson'
        ? rows(out('judged.ndjson'))
        : await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) })
    expect(list.map(({ truth, correct }) => [truth, correct])).toEqual(judged)
  }
  appendFileSync(out('other.csv'), 'file,label\nx.png,koala\n')
  const other = await classify('public/gallery/koala.webp', '--labels', out('other.csv'))
  expect(other).toMatchObject({ code: 4, out: expect.not.stringContaining('koala.webp,ok') })
  expect(other.err).toContain('No photo has a label.')
  for (const args of [
    ['x.png', '--top-k', '0'],
    ['x.png', '--threshold', '2'],
    ['x.png', '--out', 'r.xls'],
    ['x.png', '--out', '-'],
    ['x.png', '--format', 'xlsx'],
    ['x.png', '--resume'],
    ['x.png', '--server', 'localhost:3000'],
    [],
  ]) {
    expect([args, (await classify(...args)).code]).toEqual([args, 2])
  }
  expect((await classify(photos())).code).toBe(3)
})
