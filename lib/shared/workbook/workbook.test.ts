import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { partsOf, readWorkbook } from '../../../tests/support/workbook'
import { failedRow, RESULT_COLUMNS, type ResultColumn, type ResultRow } from '../results/columns'
import { resultFile } from '../results/result-file'
import { type Cell, CUT, columnName } from './cells'
import { type SheetLimits, type Table, workbook } from './workbook'

const columns = ['a', 'b', 'c'].map((name) => ({ name, width: 10 }))

async function bytesOf(rows: Table['rows'], limits?: SheetLimits): Promise<Buffer> {
  return Buffer.from(await new Response(workbook({ name: 'results', columns, rows }, limits) as BodyInit).arrayBuffer())
}

async function readBack(rows: Cell[][]): Promise<Cell[][]> {
  const [sheet] = await readWorkbook(await bytesOf(rows))
  return sheet?.rows.slice(1) ?? []
}

test('round-trips strings, numbers and booleans; empty values have no cell, and no string is a formula', async () => {
  const rows: Cell[][] = [
    ['=1+1', 0.9271931648254395, true],
    [' <b>&amp; "é"\t照片 🐨\n', 1e-7, false],
    [null, -0, null],
    ['', Number.NaN, Number.POSITIVE_INFINITY],
    ['007', Number.MAX_SAFE_INTEGER, '-@+'],
  ]
  expect(await readBack(rows)).toEqual([rows[0], rows[1], [null, 0], [''], rows[4]])
})

test('escapes characters that XML cannot contain, and text that looks like an escape, as Excel does', async () => {
  const texts = [
    'bell\u0007, return\r, \ufffe \uffff',
    'lone \ud800 and \udc00, a pair 🐨',
    '_x0041_x0042_',
    '_x0041\u0001 _x0041_',
    '__x0041__ _x41_ _X0041_',
  ]
  const rows = texts.map((text) => [text])
  expect(await readBack(rows)).toEqual(rows)
  const xml = (await partsOf(await bytesOf(rows))).get('xl/worksheets/sheet1.xml') ?? ''
  expect(xml).toContain('<t>bell_x0007_, return_x000D_, _xFFFE_ _xFFFF_</t>')
  expect(xml).toContain('<t>_x005F_x0041_x005F_x0042_</t>')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffd-\uffff]/)
})

test('truncates text that is too long for a cell with a mark, without splitting a character', async () => {
  const fits = 'x'.repeat(32_767)
  const [[first] = [], [second] = [], [third] = []] = await readBack([
    [fits],
    [`${fits}x`],
    [`${'x'.repeat(32_766 - CUT.length)}${'🐨'.repeat(100)}`],
  ])
  expect(first).toBe(fits)
  expect(second).toBe('x'.repeat(32_767 - CUT.length) + CUT)
  expect(third).toBe('x'.repeat(32_766 - CUT.length) + CUT)
})

test('has a bold frozen header, a filter and widths, and is recognized by its first bytes', async () => {
  const archive = await bytesOf([['x', 1, null]])
  const parts = await partsOf(archive)
  // The first entry requires ZIP version 2.0 and has no extra field: with ZIP64 extensions, Excel opens files only
  // after a repair.
  expect([archive.readUInt16LE(4), archive.readUInt16LE(28)]).toEqual([20, 0])
  expect([...parts.keys()]).toEqual([
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/styles.xml',
    'xl/worksheets/sheet1.xml',
    'xl/workbook.xml',
    'xl/_rels/workbook.xml.rels',
  ])
  const xml = parts.get('xl/worksheets/sheet1.xml')
  expect(xml).toContain('<c r="B1" s="1" t="inlineStr"><is><t>b</t></is></c>')
  expect(parts.get('xl/styles.xml')).toMatch(/<cellXfs.*<xf [^>]*fontId="1"/)
  expect(xml).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
  expect(xml).toContain('<autoFilter ref="A1:C2"/>')
  expect(xml).toContain('<col min="3" max="3" width="10" customWidth="1"/>')
  expect(parts.get('xl/workbook.xml')).toContain("'results'!$A$1:$C$2")
  expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA'])
})

test('continues on further sheets, each with the header', async () => {
  const rows = Array.from({ length: 5 }, (_, i) => [`${i}`, i, null])
  const header = ['a', 'b', 'c']
  const row = (i: number) => [`${i}`, i]
  const few = await readWorkbook(await bytesOf(rows, { rows: 3, bytes: 1e6 }))
  expect(few.map(({ name, rows: found }) => [name, found])).toEqual([
    ['results', [header, row(0), row(1)]],
    ['results 2', [header, row(2), row(3)]],
    ['results 3', [header, row(4)]],
  ])
  // Full to the last row: no empty sheet follows.
  expect(await readWorkbook(await bytesOf(rows.slice(0, 4), { rows: 3, bytes: 1e6 }))).toHaveLength(2)
  expect((await readWorkbook(await bytesOf([])))[0]?.rows).toEqual([header])
  const long = Array.from({ length: 9 }, () => ['x'.repeat(30_000), null, null])
  const small = await readWorkbook(await bytesOf(long, { rows: 100, bytes: 80_000 }))
  expect(small.map(({ rows: { length } }) => length - 1)).toEqual([3, 3, 3])
})

test('gives the same bytes for the same rows at any time', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => [`photo ${i}`, i / 7, null])
  const first = await bytesOf(rows)
  vi.useFakeTimers({ now: new Date('2031-05-06T07:08:09Z'), toFake: ['Date'] })
  try {
    expect((await bytesOf(rows)).equals(first)).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

/** Endless rows that record what happens to them. */
function endless() {
  const seen = { taken: 0, closed: false }
  async function* rows(): AsyncGenerator<Cell[]> {
    try {
      for (;;) yield [`${seen.taken++} ${Math.random()}`, Math.random(), null]
    } finally {
      seen.closed = true
    }
  }
  return { seen, rows: rows() }
}

test('consumes rows only as they are read and closes them on cancel', async () => {
  const { seen, rows } = endless()
  const reader = workbook({ name: 'results', columns, rows }).getReader()
  while (seen.taken === 0) await reader.read()
  // Buffered on the way: a few megabytes of XML.
  for (let taken = -1; taken !== seen.taken; await sleep(200)) {
    taken = seen.taken
    expect(taken).toBeLessThan(100_000)
  }
  await reader.cancel()
  await expect.poll(() => seen.closed).toBe(true)
})

test('fails if the rows fail', async () => {
  async function* rows(): AsyncGenerator<Cell[]> {
    yield ['x', 1, null]
    throw new Error('the bucket is away')
  }
  await expect(bytesOf(rows())).rejects.toThrow('the bucket is away')
})

test('results: writes the chosen columns and joins lists as in CSV; closes the rows on cancel', async () => {
  const known = { file: '=1+1', bytes: 5, sha256: null }
  const row: ResultRow = {
    ...failedRow(known, { id: 'm', revision: 'r' }, { code: 'x', detail: '@y' }),
    top_labels: ['a|b', 'c\\'],
    top_scores: [0.5, 1e-9],
  }
  const pieces: Uint8Array[] = []
  const columns: ResultColumn[] = ['top_labels', 'file', 'bytes', 'label', 'top_scores']
  for await (const piece of resultFile([row, { ...row, top_labels: [], top_scores: [] }], 'xlsx', columns))
    pieces.push(piece as Uint8Array)
  const [sheet] = await readWorkbook(Buffer.concat(pieces))
  expect(sheet?.rows).toEqual([
    ['top_labels', 'file', 'bytes', 'label', 'top_scores'],
    ['a\\|b|c\\\\', '=1+1', 5, null, '0.5|1e-9'],
    [null, '=1+1', 5],
  ])
  expect(sheet?.xml).toContain('<row r="3"><c r="B3"')
  let [began, closed] = [false, false]
  async function* many(): AsyncGenerator<ResultRow> {
    try {
      for (began = true; ; ) yield { ...row, sha256: `${Math.random()}` }
    } finally {
      closed = true
    }
  }
  for await (const _piece of resultFile(many(), 'xlsx', RESULT_COLUMNS)) if (began) break
  await expect.poll(() => closed).toBe(true)
})
