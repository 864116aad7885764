import { expect, test } from 'vitest'
import { failedRow, type ResultRow } from '@/lib/shared/results/columns'
import { compareResults, originFirst } from './comparison'
import { ItemList } from './items'
import { arrange } from './saved-state'
import type { SavedBatch } from './store'
import { applyView, DEFAULT_VIEW, type StatusFilter } from './table-view'

const row = (file: string, label: string | null, correct: boolean | null = null): ResultRow => ({
  ...failedRow({ file, bytes: 1, sha256: 'f' }, { id: 'm', revision: 'r' }, { code: 'x', detail: '' }),
  status: 'ok',
  label,
  correct,
})

test('two models are compared by the text of their labels; filters show what changed', () => {
  const here = [
    row('same', 'koala', true),
    row('better', 'koala', true),
    row('worse', 'tabby', false),
    row('both wrong', 'tabby', false),
    row('no label', null),
    { ...row('label of one model', 'koala'), uncertain: true },
    row('label of the other', 'koala', true),
  ]
  const others = [
    row('same', 'koala', true),
    row('better', 'bear', false),
    row('worse', 'koala', true),
    row('both wrong', 'lynx', false),
    row('no label', 'lynx'),
    row('only there', 'lynx'),
    row('failed', 'lynx', true),
    row('label of one model', 'koala', true),
    row('label of the other', 'koala'),
  ]
  const list = new ItemList()
  for (const result of [...here, { ...row('failed', null), status: 'failed' as const }]) {
    const { index } = list.add(result.file, { size: 1, modified: 1, state: 'queued' })
    list.set(index, { state: 'done', row: result })
  }
  const comparison = compareResults(list.items, new Map(others.map((result) => [result.file, result])))
  const { differences, ...counts } = comparison
  expect([differences.size, counts]).toEqual([
    7,
    {
      changed: 4,
      newlyRight: 1,
      newlyWrong: 1,
      labeled: 4,
      here: { right: 2, uncertain: 1, failed: 1 },
      there: { right: 2, uncertain: 0, failed: 0 },
    },
  ])
  const shown = (status: StatusFilter) =>
    applyView(list.items, { ...DEFAULT_VIEW, status }, { differences }).map(({ path }) => path)
  expect(shown('changed')).toEqual(['better', 'worse', 'both wrong', 'no label'])
  expect([shown('newly_right'), shown('newly_wrong')]).toEqual([['better'], ['worse']])
  expect(applyView(list.items, { ...DEFAULT_VIEW, status: 'changed' })).toEqual([])
})

test('reruns are below their original in the list', () => {
  const batch = (id: string, group?: string): SavedBatch => ({
    id,
    created: 1,
    name: id,
    photos: 1,
    ...(group !== undefined && { group }),
  })
  const listed = arrange([batch('c', 'a'), batch('x'), batch('b', 'a'), batch('a')])
  expect(listed.map(({ batch: { id }, samePhotosAs }) => [id, samePhotosAs?.id])).toEqual([
    ['a', undefined],
    ['c', 'a'],
    ['b', 'a'],
    ['x', undefined],
  ])
})

test('a batch is first compared with the one that it was started from', () => {
  const batches = [{ id: 'newest' }, { id: 'origin' }, { id: 'oldest' }]
  expect(originFirst(batches, 'origin').map(({ id }) => id)).toEqual(['origin', 'newest', 'oldest'])
  expect(originFirst(batches, null)).toEqual(batches)
})
