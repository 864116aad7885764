import { expect, test } from 'vitest'
import { isSystemFile } from '@/lib/shared/files/ignored-files'
import { failedRow, type ResultRow } from '@/lib/shared/results/columns'
import { ItemList, mayRecover } from './items'
import { chooseLabels, folderLabels } from './labels'
import { comparePaths, type PhotoSource, relativePath } from './source'
import { confidenceBins, labelCounts } from './summary'
import { applyView, DEFAULT_VIEW } from './table-view'
import { UploadQueue } from './upload-queue'

const source = (path: string, size = 1, modified = 1): PhotoSource => ({
  path,
  size,
  modified,
  open: async () => new Blob(),
})
const file = (part: object) => part as File

function row(path: string, part: Partial<ResultRow>): ResultRow {
  const none = { file: path, bytes: null, sha256: null }
  return { ...failedRow(none, { id: 'm', revision: 'r' }, { code: 'x', detail: '' }), ...part }
}

/** A list of photos waiting for their upload. */
function waiting(...paths: string[]): { list: ItemList; uploadQueue: UploadQueue } {
  const list = new ItemList()
  const uploadQueue = new UploadQueue(list)
  for (const path of paths) {
    const { index } = list.add(path, { size: 1, modified: 1, state: 'waiting' })
    uploadQueue.put(index, source(path))
  }
  return { list, uploadQueue }
}

test('dropped and selected folders have the same paths, in the order of vision classify', () => {
  expect(relativePath(file({ name: 'a.jpg', webkitRelativePath: 'trip/a.jpg' }))).toBe('trip/a.jpg')
  expect(
    relativePath(file({ name: 'a.jpg', webkitRelativePath: '', path: '/trip/a.jpg', relativePath: './trip/a.jpg' })),
  ).toBe('trip/a.jpg')
  expect(relativePath(file({ name: 'a.jpg', webkitRelativePath: '', path: './a.jpg' }))).toBe('a.jpg')
  const paths = ['t/z/1', 't/b', 't/a/2', 't/a/0/3', 't/a']
  expect(
    paths
      .map((path) => ({ path }))
      .sort(comparePaths)
      .map(({ path }) => path),
  ).toEqual(['t/a', 't/b', 't/a/2', 't/a/0/3', 't/z/1'])
  expect(
    ['x/.DS_Store', '__MACOSX/x/._a.jpg', 'x/Thumbs.db', '.git/a.png', 'x/a.jpg'].filter(isSystemFile),
  ).toHaveLength(4)
})

test('files with the same path get unique names; a file that is selected again is matched by name, size and time', () => {
  const list = new ItemList()
  const add = (path: string, size: number) => list.add(path, { size, modified: 7, state: 'missing' }).path
  expect([add('d/a.jpg', 1), add('d/a.jpg', 2), add('d/a.jpg', 3), add('d.e/f', 1), add('d.e/f', 2)]).toEqual([
    'd/a.jpg',
    'd/a (2).jpg',
    'd/a (3).jpg',
    'd.e/f',
    'd.e/f (2)',
  ])
  const match = list.sourceMatcher()
  expect(match(source('d/a.jpg', 1, 7))?.index).toBe(0)
  // Its parent folder was renamed.
  expect(match(source('moved/a.jpg', 1, 7))?.index).toBe(0)
  expect(match(source('d/a.jpg', 9, 7))).toBe(undefined)
  expect(match(source('d/a.jpg', 1, 8))).toBe(undefined)
})

test('the upload queue limits photos and bytes, sends none twice, and resends what was put back', () => {
  const { list, uploadQueue } = waiting('a', 'b', 'c', 'd')
  const taken = (bytes: number, photos: number) => uploadQueue.take(bytes, photos).map(({ item }) => item.path)
  expect(taken(100, 2)).toEqual(['a', 'b'])
  expect(taken(0, 9)).toEqual(['c'])
  const [first] = list.items
  uploadQueue.putBack(first ? [first] : [], 'waiting')
  expect(taken(100, 9)).toEqual(['a', 'd'])
  expect(taken(100, 9)).toEqual([])
  expect(list.counts()).toMatchObject({ total: 4, toUpload: 4, done: 0 })
})

test('a table view filters and sorts; photos without a value come last in either direction', () => {
  const { list } = waiting('koala.jpg', 'b.jpg', 'c.jpg', 'd.jpg')
  list.set(0, { state: 'done', row: row('koala.jpg', { status: 'ok', label: 'bear', score: 0.5, uncertain: true }) })
  list.set(1, { state: 'done', row: row('b.jpg', { status: 'ok', label: 'Koala', score: 0.9, uncertain: false }) })
  list.set(2, { state: 'done', row: row('c.jpg', {}) })
  const paths = (view: Partial<typeof DEFAULT_VIEW>) =>
    applyView(list.items, { ...DEFAULT_VIEW, ...view }).map(({ index }) => index)
  expect(paths({ query: ' KOALA ' })).toEqual([0, 1])
  expect(paths({ status: 'uncertain' })).toEqual([0])
  expect(paths({ status: 'failed' })).toEqual([2])
  expect(paths({ status: 'open' })).toEqual([3])
  expect(paths({ label: 'bear' })).toEqual([0])
  expect(paths({ subset: { name: '', files: new Set(['c.jpg', 'd.jpg']) } })).toEqual([2, 3])
  expect(paths({ sort: { key: 'score', descending: true } })).toEqual([1, 0, 2, 3])
  expect(paths({ sort: { key: 'score', descending: false } })).toEqual([0, 1, 2, 3])
  expect(paths({ sort: { key: 'status', descending: false } })).toEqual([2, 0, 1, 3])
  expect(paths({ sort: { key: 'file', descending: true } })).toEqual([0, 3, 2, 1])
  expect(labelCounts(list.items)).toEqual([
    ['Koala', 1],
    ['bear', 1],
  ])
  expect(confidenceBins(list.items).filter(({ certain, uncertain }) => certain + uncertain > 0)).toEqual([
    { from: 50, certain: 0, uncertain: 1 },
    { from: 90, certain: 1, uncertain: 0 },
  ])
  expect([paths({ confidence: 50 }), paths({ confidence: 90 })]).toEqual([[0], [1]])
})

test('with labels, a view filters and sorts by them', () => {
  const { list } = waiting('a.jpg', 'b.jpg', 'c.jpg')
  const done = (index: number, part: Partial<ResultRow>) =>
    list.set(index, { state: 'done', row: row(list.items[index]!.path, { status: 'ok', label: 'koala', ...part }) })
  done(0, { truth: 'zebra', correct: false })
  done(1, { truth: 'koala', correct: true })
  done(2, { truth: null, correct: null })
  const shown = (view: Partial<typeof DEFAULT_VIEW>) =>
    applyView(list.items, { ...DEFAULT_VIEW, ...view }).map(({ index }) => index)
  expect([shown({ status: 'wrong' }), shown({ status: 'right' }), shown({ query: 'ZEBRA' })]).toEqual([[0], [1], [0]])
  expect(shown({ sort: { key: 'truth', descending: true } })).toEqual([0, 1, 2])
  expect(shown({ sort: { key: 'correct', descending: true } })).toEqual([1, 0, 2])
})

test('only failures of the server are worth another try', () => {
  const codes = { a: 'deadline_exceeded', b: 'queue_full', c: 'truncated_image', d: 'model_failed', e: 'internal' }
  const { list } = waiting(...Object.keys(codes))
  for (const [index, code] of Object.values(codes).entries())
    list.set(index, { state: 'done', row: row('x', { status: 'failed', sha256: 'f', error_code: code }) })
  expect(list.items.filter(mayRecover).map(({ path }) => path)).toEqual(['a', 'b', 'e'])
  list.set(0, { row: row('x', { status: 'failed', sha256: null, error_code: 'internal' }) })
  expect(list.items.filter(mayRecover).map(({ path }) => path)).toEqual(['b', 'e'])
})

test('a file chosen as labels is kept with its columns or reported with the reason; folders may be labels', async () => {
  const photos = ['koala/1.jpg', 'zebra/2.jpg', 'loose.jpg']
  const choose = (text: string, explicit: boolean) =>
    chooseLabels([{ path: 'labels.csv', blob: new Blob([text]), explicit }], photos)
  expect(await choose('nr,colour\n90,red\n', true)).toMatchObject({ labels: { name: 'labels.csv' }, others: [] })
  expect(await choose('one\ncolumn\n', true)).toMatchObject({ labels: { name: 'labels.csv' }, unreadable: null })
  expect(await choose('PK\u0003\u0004', true)).toEqual({
    labels: null,
    unreadable: { name: 'labels.csv', reason: 'workbook' },
    others: [],
  })
  expect(await choose('nr,colour\n90,red\n', false)).toEqual({
    labels: null,
    unreadable: null,
    others: [{ path: 'labels.csv', reason: 'no_photo' }],
  })
  expect((await folderLabels(photos))?.table.rows).toEqual([
    ['koala/1.jpg', 'koala'],
    ['zebra/2.jpg', 'zebra'],
  ])
})
