import { expect, test } from 'vitest'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { BatchItem } from '../batch/items'
import { groupPhotos } from './groups'

const items = (labels: readonly string[]) =>
  labels.map((label, index) => {
    const row = { label, uncertain: index === 1 } as ResultRow
    return { index, path: `${index}.jpg`, size: 1, modified: 1, state: 'done', row } satisfies BatchItem
  })

test('the ten most frequent labels have a color each, and the others one together', () => {
  const labels = Array.from({ length: 12 }, (_, at) => Array<string>(13 - at).fill(`label ${at}`)).flat()
  const { list, of } = groupPhotos(items(labels), 'label', new Map())
  expect(list.map(({ key, color, photos }) => [key, color, photos])).toEqual([
    ...Array.from({ length: 10 }, (_, at) => [`label ${at}`, at, 13 - at]),
    ['other', null, 5],
  ])
  expect([of[0], of.at(-1)]).toEqual([0, 10])
})

test('photos that stand out are one group', () => {
  const photos = items(['a', 'a', 'b'])
  const counts = (by: 'uncertain' | 'copies') =>
    groupPhotos(photos, by, new Map([['2.jpg', { ...NOTHING, copy_group: 1 }]])).list.map(({ photos }) => photos)
  expect([counts('uncertain'), counts('copies')]).toEqual([
    [1, 2],
    [1, 2],
  ])
})

const NOTHING = { near_copy_of: null, copy_group: null, label_issue: null, suggested_label: null, quality: [] }
