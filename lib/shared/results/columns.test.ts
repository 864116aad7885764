import Papa from 'papaparse'
import { expect, test } from 'vitest'
import type { Classification } from '../contract/contract'
import {
  classifiedRow,
  csvHeader,
  csvLine,
  failedRow,
  fromListCell,
  jsonLine,
  listCell,
  RESULT_COLUMNS,
  resultText,
} from './columns'

const result = {
  model: { id: 'm', revision: 'sha256:1', type: null, calibrated: true, problem_type: 'single_label_classification' },
  predictions: [
    { label: 'espresso', score: 0.9271931648254395, index: 967 },
    { label: 'cup', score: 0.05, index: 968 },
  ],
  uncertain: true,
  uncertain_reason: 'small_margin',
  image: { width: 600, height: 400, format: 'png', bytes: 9 },
  timings: { queue_ms: 0, decode_ms: 1, run_ms: 1, total_ms: 4.66 },
} as unknown as Classification

const known = { file: 'a,"b"\nü.png', bytes: 9, sha256: 'ab' }
const failed = failedRow(
  { file: '=1+1', bytes: null, sha256: null },
  { id: 'm', revision: 'r' },
  { code: 'x', detail: '@y' },
)

test('a line has all columns in order and parses back to the same values', () => {
  const csv = csvHeader() + csvLine(classifiedRow(known, result))
  expect(csv.endsWith('\r\n')).toBe(true)
  const [row] = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data
  expect(Object.keys(row ?? {})).toEqual([...RESULT_COLUMNS])
  expect(row).toEqual({
    file: known.file,
    status: 'ok',
    label: 'espresso',
    score: '0.9271931648254395',
    top_labels: 'espresso|cup',
    top_scores: '0.9271931648254395|0.05',
    uncertain: 'true',
    width: '600',
    height: '400',
    bytes: '9',
    sha256: 'ab',
    model: 'm',
    revision: 'sha256:1',
    ms: '4.7',
    error_code: '',
    error: '',
  })
})

test('escapes formulas in CSV and leaves them in JSON', () => {
  expect(csvLine(failed)).toBe('"\'=1+1",failed,,,,,,,,,,m,r,,x,"\'@y"\r\n')
  expect(JSON.parse(jsonLine(failed))).toEqual(failed)
})

test.each([[['cat']], [['cat', 'dog']], [['a|b', 'c\\', '\\|', '']]])(
  'a list in a cell is read as it was: %j',
  (list) => {
    expect(fromListCell(listCell(list))).toEqual(list)
  },
)

test('JSON says why a result is uncertain, also for rows of earlier versions, and CSV has no such column', () => {
  const row = classifiedRow(known, result)
  const earlier = classifiedRow(known, result)
  delete earlier.uncertain_reason
  const { head, row: line, tail } = resultText('json')
  const written = JSON.parse(head + line(row) + line(failed) + line(earlier) + tail()) as Record<string, unknown>[]
  expect(written.map(({ uncertain_reason }) => uncertain_reason)).toEqual(['small_margin', null, null])
  expect(Object.keys(written[0] ?? {})).toEqual([
    ...RESULT_COLUMNS.slice(0, 7),
    'uncertain_reason',
    ...RESULT_COLUMNS.slice(7),
  ])
  expect(Object.keys(JSON.parse(jsonLine(row)))).toEqual(Object.keys(written[0] ?? {}))
  expect(resultText('csv').head).not.toContain('reason')
})

test('writes only the chosen columns', () => {
  expect(csvHeader(['label', 'file']) + csvLine(failed, ['label', 'file'])).toBe('label,file\r\n,"\'=1+1"\r\n')
  expect(jsonLine(failed, ['file', 'error_code'])).toBe('{"file":"=1+1","error_code":"x"}\n')
})
