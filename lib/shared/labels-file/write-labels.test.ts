import { expect, test } from 'vitest'
import { matchLabels } from './match-labels'
import { parseLabels } from './parse'
import { labelsCsv, metadataJsonl } from './write-labels'

const PHOTOS = [
  { path: 'parts/new/1.jpg', label: 'bolt' },
  { path: 'parts/new/-2, "old".jpg', label: 'nut, hex' },
  { path: 'parts/3.jpg', label: '=Ö' },
]

test('a labels file is read back as it was written', async () => {
  const { labels } = matchLabels(
    await parseLabels(labelsCsv(PHOTOS)),
    PHOTOS.map(({ path }) => path),
    [],
  )
  const expected = Object.fromEntries(PHOTOS.map(({ path, label }) => [path, label]))
  // No spreadsheet runs a label as a formula.
  expect(Object.fromEntries(labels)).toEqual({ ...expected, 'parts/3.jpg': "'=Ö" })
})

test('metadata.jsonl names files relative to the folder that all of them are in', async () => {
  const lines = metadataJsonl(PHOTOS).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { file_name: 'new/1.jpg', label: 'bolt' },
    { file_name: 'new/-2, "old".jpg', label: 'nut, hex' },
    { file_name: '3.jpg', label: '=Ö' },
  ])
  expect(
    metadataJsonl([
      { path: '1.jpg', label: 'a' },
      { path: 'x/1.jpg', label: 'b' },
    ]),
  ).toBe('{"file_name":"1.jpg","label":"a"}\n{"file_name":"x/1.jpg","label":"b"}\n')
  expect(metadataJsonl([])).toBe('')
})
