import Papa from 'papaparse'
import { expect, test } from 'vitest'
import type { Classification } from '../contract/contract'
import { RESULT_COLUMNS } from './columns'
import { toCsv, toJson } from './result-export'

const result: Classification = {
  request_id: 'r',
  model: { id: 'm', type: 'fast', revision: 'sha256:1', calibrated: true, problem_type: 'single_label_classification' },
  predictions: [
    { label: 'Shih-Tzu, a "dog"', score: 0.7123456789, index: 155 },
    { label: 'Lhasa', score: 0.1, index: 204 },
  ],
  uncertain: false,
  uncertain_reason: null,
  image: { width: 10, height: 20, format: 'png', bytes: 300 },
  area: { left: 0, top: 0, width: 240, height: 240 },
  timings: { queue_ms: 0, decode_ms: 1, run_ms: 2, total_ms: 3.1234 },
}

test('writes CSV that parses back and has no formulas', () => {
  const { data, meta } = Papa.parse<Record<string, string>>(
    toCsv([{ file: '=1+1.png', bytes: 9, sha256: 'ab', result }]),
    {
      header: true,
      skipEmptyLines: true,
    },
  )
  expect(meta.fields).toEqual([...RESULT_COLUMNS])
  expect(data).toEqual([
    expect.objectContaining({
      file: "'=1+1.png",
      label: 'Shih-Tzu, a "dog"',
      score: '0.7123456789',
      top_labels: 'Shih-Tzu, a "dog"|Lhasa',
      uncertain: 'false',
      ms: '3.1',
      bytes: '9',
      sha256: 'ab',
      status: 'ok',
    }),
  ])
})

test('writes JSON with file names', () => {
  expect(JSON.parse(toJson([{ file: 'a.png', result }]))).toEqual([{ file: 'a.png', ...result }])
})
