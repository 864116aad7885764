import { expect, test } from 'vitest'
import { matchLabelSets, matchLabels } from './match-labels'
import { parseLabels } from './parse'
import { labelsCsv, metadataJsonl } from './write-labels'

const PHOTOS = [
  { path: 'parts/new/1.jpg', labels: ['bolt'] },
  { path: 'parts/new/-2, "old".jpg', labels: ['nut, hex'] },
  { path: 'parts/3.jpg', labels: ['=Ö'] },
]

test('a labels file is read back as it was written', async () => {
  const { labels } = matchLabels(
    await parseLabels(labelsCsv(PHOTOS, false)),
    PHOTOS.map(({ path }) => path),
    [],
  )
  const expected = Object.fromEntries(PHOTOS.map(({ path, labels: [label] }) => [path, label]))
  // No spreadsheet runs a label as a formula.
  expect(Object.fromEntries(labels)).toEqual({ ...expected, 'parts/3.jpg': "'=Ö" })
})

test('metadata.jsonl names files relative to the folder that all of them are in', async () => {
  const lines = metadataJsonl(PHOTOS, false).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { file_name: 'new/1.jpg', label: 'bolt' },
    { file_name: 'new/-2, "old".jpg', label: 'nut, hex' },
    { file_name: '3.jpg', label: '=Ö' },
  ])
  expect(
    metadataJsonl(
      [
        { path: '1.jpg', labels: ['a'] },
        { path: 'x/1.jpg', labels: ['b'] },
      ],
      false,
    ),
  ).toBe('{"file_name":"1.jpg","label":"a"}\n{"file_name":"x/1.jpg","label":"b"}\n')
  expect(metadataJsonl([], false)).toBe('')
})

test('photos with several labels, or none, are written with all of them', async () => {
  const photos = [
    { path: '1.jpg', labels: ['a', 'b'] },
    { path: '2.jpg', labels: [] },
    { path: '3.jpg', labels: ['b'] },
  ]
  const table = await parseLabels(labelsCsv(photos, true))
  const { labels } = matchLabelSets(table, { photos: photos.map(({ path }) => path), classes: [] })
  expect(Object.fromEntries(labels)).toEqual(Object.fromEntries(photos.map(({ path, labels: own }) => [path, own])))
  expect(metadataJsonl(photos, true).split('\n')[0]).toBe('{"file_name":"1.jpg","labels":["a","b"]}')
})
