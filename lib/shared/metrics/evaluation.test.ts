import { expect, test } from 'vitest'
import { readDelimited } from '../labels-file/delimited'
import { matchLabels } from '../labels-file/match-labels'
import { failedRow, type ResultRow } from '../results/columns'
import { evaluate, type GroundTruth } from './evaluation'
import { judge } from './judge'

const CLASSES = ['tabby', 'tiger cat', 'koala'].map((label) => ({ label, others: [`the ${label}`] }))

function row(file: string, top: readonly string[], score: number): ResultRow {
  const nothing = failedRow({ file, bytes: null, sha256: null }, { id: 'm', revision: 'r' }, { code: '', detail: '' })
  return { ...nothing, status: 'ok', label: top[0] ?? null, score, top_labels: [...top] }
}

function truth(csv: string, photos: readonly string[]) {
  return matchLabels(readDelimited(csv), photos, CLASSES)
}

const given = (kind: GroundTruth['kind'], labels: Record<string, string>): GroundTruth => ({
  kind,
  labels: new Map(Object.entries(labels)),
  unused: [],
})

test('matches results by file, path suffix and any name of the class, and reports the rest', () => {
  const csv =
    '\ufeffFile , LABEL\r\na.jpg,the tabby\r\n\r\nx/b.jpg,"tiger_cat"\r\nc.jpg,dog\r\nd.jpg,koala\r\n,koala\r\ne.jpg,\r\na.jpg,koala\r\nf.jpg,koala\r\n'
  const known = truth(csv, ['deep/down/a.jpg', 'x/b.jpg', 'b.jpg', 'c.jpg', 'f.jpg'])
  expect(known.bad).toEqual([
    { line: 7, file: '', reason: 'no_file' },
    { line: 8, file: 'e.jpg', reason: 'no_label' },
    { line: 9, file: 'a.jpg', reason: 'twice' },
  ])
  const failed = failedRow(
    { file: 'f.jpg', bytes: 1, sha256: null },
    { id: 'm', revision: 'r' },
    { code: 'x', detail: '' },
  )
  const rows = [
    row('deep/down/a.jpg', ['tabby', 'koala'], 0.9),
    row('x/b.jpg', ['tabby', 'tiger cat'], 0.6),
    row('b.jpg', ['koala'], 0.5),
    row('c.jpg', ['koala'], 0.5),
    failed,
  ]
  const found = evaluate(rows, known, CLASSES)
  expect(found.photos.map(({ file, truth, predicted, inTop5 }) => [file, truth, predicted, inTop5])).toEqual([
    ['deep/down/a.jpg', 0, 0, true],
    ['x/b.jpg', 1, 0, true],
  ])
  expect(found).toMatchObject({ top1: 0.5, top5: 1, unlabelled: 1, unused: ['d.jpg'] })
  expect(found.unknown).toEqual([{ word: 'dog', photos: 1, reason: 'the model has no such label', candidates: [] }])
  expect(found.classes).toEqual([
    { index: 1, support: 1, precision: null, recall: 0, f1: 0 },
    { index: 0, support: 1, precision: 0.5, recall: 1, f1: 2 / 3 },
  ])
  expect(found.confusions).toEqual([
    [0, 0, 1],
    [1, 0, 1],
  ])
  expect(found.reliability).toHaveLength(2)
})

test('accepts class indices as labels', () => {
  const rows = [row('a', ['koala'], 1), row('b', ['koala'], 1)]
  const found = evaluate(rows, given('indices', { a: '2', b: '3' }), CLASSES)
  expect(found).toMatchObject({ top1: 1, unknown: [{ word: '3', reason: 'not an index from 0 to 2' }] })
  expect(evaluate([], given('names', {}), CLASSES)).toMatchObject({ top1: 0, ece: 0, photos: [] })
})

test('adds the true label and whether a result is correct; a mapping says what an ambiguous word means', () => {
  const cats = [...CLASSES, { label: 'crane bird', others: ['crane'] }, { label: 'crane machine', others: ['crane'] }]
  const labels = given('names', { a: 'the koala', b: 'tabby', c: 'crane', d: 'koala' })
  const failed = failedRow({ file: 'd', bytes: 1, sha256: null }, { id: 'm', revision: 'r' }, { code: 'x', detail: '' })
  const rows = [row('a', ['koala'], 1), row('b', ['koala'], 1), row('c', ['crane bird'], 1), failed, row('e', [], 0)]
  const judged = (truth: GroundTruth) => rows.map(judge(truth, cats)).map(({ truth, correct }) => [truth, correct])
  expect(judged(labels)).toEqual([
    ['koala', true],
    ['tabby', false],
    ['crane', null],
    ['koala', null],
    [null, null],
  ])
  expect(evaluate(rows, labels, cats).unknown).toMatchObject([{ word: 'crane', photos: 1, candidates: [3, 4] }])
  const mapped = { ...labels, mapping: new Map([['crane', 'crane bird']]) }
  expect(judged(mapped)[2]).toEqual(['crane bird', true])
  expect(evaluate(rows, mapped, cats)).toMatchObject({ unknown: [], top1: 2 / 3 })
})
