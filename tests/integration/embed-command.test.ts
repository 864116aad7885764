import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Papa from 'papaparse'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EMBEDDED_COLUMNS } from '@/lib/shared/results/columns'
import { readerPython } from '../../scripts/tools/reader-python.mjs'
import { distinctFiles } from '../support/many-photos'
import { REAL_MODEL, TINY_MODEL } from '../support/models'
import { startVision, vision } from '../support/vision'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-'))
  mkdirSync(photos())
})
afterEach(() => rmSync(folder, { recursive: true }))

const photos = () => join(folder, 'photos')
const out = (name: string) => join(folder, name)
const embedWith = (models: { MODELS_DIR: string }, ...args: string[]) => [
  ...['embed', photos(), '--workers', '1', '--models-dir', models.MODELS_DIR],
  ...args,
]
const embed = (models: { MODELS_DIR: string }, ...args: string[]) => vision(embedWith(models, ...args))

interface Row {
  file: string
  status: string
  embedding: number[] | null
  error_code: string | null
}
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

const READ = `
import json, sys, numpy, pyarrow.parquet
array = numpy.load(sys.argv[1])
table = pyarrow.parquet.read_table(sys.argv[2])
types = {field.name: str(field.type) for field in table.schema}
print(json.dumps([array.dtype.str, array.shape, array.tolist(), types, table.to_pylist()]))
`

test('writes what NumPy and Apache Arrow read, in the order of the photos, with the failed ones named', async () => {
  const given = distinctFiles(photos(), 5)
  appendFileSync(join(photos(), 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  for (const name of ['e.ndjson', 'e.npy', 'e.parquet']) {
    const { code, err } = await embed(REAL_MODEL, '--out', out(name))
    expect([code, err]).toEqual([1, expect.stringContaining('broken.jpg: truncated_image: ')])
  }
  const rows = lines(out('e.ndjson'))
  expect(rows.map(({ file, status }) => [file, status])).toEqual([
    ...given.map((file) => [file, 'ok']),
    [join(photos(), 'broken.jpg'), 'failed'],
  ])
  expect(Object.keys(rows[0] ?? {})).toEqual([...EMBEDDED_COLUMNS])
  const args = ['-c', READ, out('e.npy'), out('e.parquet')]
  const [type, shape, array, types, table] = JSON.parse(execFileSync(readerPython(), args, { encoding: 'utf8' }))
  const embeddings = rows.flatMap(({ embedding }) => (embedding ? [embedding] : []))
  expect([type, shape]).toEqual(['<f4', [5, 1280]])
  expect(array).toEqual(embeddings)
  expect(types).toMatchObject({ file: 'string', embedding: expect.stringMatching(/^list<.*float/), width: 'int32' })
  expect(table).toEqual(rows)
  const csv = readFileSync(out('e.files.csv'), 'utf8').slice(1)
  const named = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data
  expect(named.map(({ index, file, error_code }) => [index, file, error_code])).toEqual(
    rows.map(({ file, error_code }, i) => [i < 5 ? String(i) : '', file, error_code ?? '']),
  )
  const { code } = await embed(REAL_MODEL, '--out', out('unit.ndjson'), '--normalize')
  expect(code).toBe(1)
  for (const { embedding } of lines(out('unit.ndjson')).slice(0, 5))
    expect(Math.hypot(...(embedding ?? []))).toBeCloseTo(1, 5)
  expect(readdirSync(folder).filter((name) => /part|new|lock/.test(name))).toEqual([])
})

test('resumes after being killed: each photo once, a truncated line repaired', async () => {
  const given = distinctFiles(photos(), 60)
  const journal = out('e.ndjson.part')
  const { child, closed } = startVision(embedWith(TINY_MODEL, '--out', out('e.ndjson')))
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 22) {
    await Promise.race([sleep(5), closed])
  }
  child.kill('SIGKILL')
  await closed
  expect(existsSync(out('e.ndjson'))).toBe(false)
  appendFileSync(journal, '{"file":"torn')
  expect((await embed(TINY_MODEL, '--out', out('e.ndjson'))).code).toBe(2) // Refused without --resume.
  const { code, err } = await embed(TINY_MODEL, '--out', out('e.ndjson'), '--resume')
  expect([code, err]).toEqual([0, expect.stringContaining('60 of 60 photos embedded')])
  expect(lines(out('e.ndjson')).map(({ file, embedding }) => [file, embedding?.length])).toEqual(
    given.map((file) => [file, 3]),
  )
  expect(existsSync(journal)).toBe(false)
})

test('refuses a file name that says no format', async () => {
  const { code, err } = await embed(TINY_MODEL, '--out', out('e.txt'))
  expect([code, err]).toEqual([2, expect.stringContaining('must end with .parquet, .npy, .ndjson')])
})
