import { expect, test } from 'vitest'
import { readDelimited } from '../labels-file/delimited'
import { matchJoinedLabels } from '../labels-file/match-labels'
import { failedRow, type ResultRow } from '../results/columns'
import { judge } from './judge'
import { evaluateSets, labelMistakes, rightResults } from './set-evaluation'

const CLASSES = ['cat', 'dog', 'sofa'].map((label) => ({ label, others: [`the ${label}`] }))
const ALL = { cat: 0.9, dog: 0.2, sofa: 0.1 }

function row(file: string, labels: readonly string[], scores: Record<string, number> = ALL): ResultRow {
  const nothing = failedRow({ file, bytes: null, sha256: null }, { id: 'm', revision: 'r' }, { code: '', detail: '' })
  const [top_labels, top_scores] = [Object.keys(scores), Object.values(scores)]
  return {
    ...nothing,
    status: 'ok',
    label: labels[0] ?? null,
    score: null,
    top_labels,
    top_scores,
    labels: [...labels],
  }
}

const ROWS = [
  row('a.jpg', ['sofa', 'cat'], { sofa: 0.9, cat: 0.8, dog: 0.1 }),
  row('b.jpg', ['cat'], { cat: 0.7, sofa: 0.4, dog: 0.3 }),
  row('c.jpg', [], { dog: 0.2, cat: 0.1, sofa: 0.1 }),
  row('d.jpg', ['dog'], { dog: 0.9, cat: 0.6, sofa: 0.5 }),
  row('e.jpg', ['cat']),
  failedRow({ file: 'f.jpg', bytes: 1, sha256: null }, { id: 'm', revision: 'r' }, { code: 'x', detail: '' }),
]
const CSV = 'file,labels\na.jpg,the cat; Sofa\nb.jpg,cat|dog\nc.jpg,\nd.jpg,dog;moon\nf.jpg,cat\nx.jpg,cat\n'

function known() {
  const photos = ROWS.map(({ file }) => file)
  return { ...matchJoinedLabels(readDelimited(CSV), { photos, classes: CLASSES }), several: true }
}

test('a result is right if exactly the labels of the photo apply, which may be none', () => {
  const judged = ROWS.map(judge(known(), CLASSES))
  expect(judged.map(({ truth, correct }) => [truth, correct])).toEqual([
    [['cat', 'sofa'], true],
    [['cat', 'dog'], false],
    [[], true],
    [['dog', 'moon'], true],
    [null, null],
    [['cat'], null],
  ])
})

test('counts sets and labels; labels that the model doesn’t have are left out', () => {
  const found = evaluateSets(ROWS, known(), CLASSES)
  expect(found).toMatchObject({ exact: 3 / 4, micro_f1: 8 / 9, unlabelled: 1, unused: ['x.jpg'] })
  expect(found.macro_f1).toBeCloseTo((1 + 2 / 3 + 1) / 3)
  // Cats have the best scores. Dogs: 0.9 (right), 0.3 (right), then the rest. Sofas: 0.9.
  expect(found.map).toBe(1)
  expect(found.unknown).toEqual([{ word: 'moon', photos: 1, reason: 'the model has no such label', candidates: [] }])
  expect(found.classes[0]).toEqual({ index: 1, support: 2, precision: 1, recall: 0.5, f1: 2 / 3 })
  expect(labelMistakes(found.photos)).toEqual([{ index: 1, kind: 'missing', files: ['b.jpg'] }])
  expect(rightResults(found)).toEqual({ right: 3, photos: 4 })
})

test('has no mean average precision without the scores of all labels', () => {
  const [first, ...rest] = ROWS
  const cut = { ...(first as ResultRow), top_labels: ['sofa', 'cat'], top_scores: [0.9, 0.8] }
  expect(evaluateSets([cut, ...rest], known(), CLASSES)).toMatchObject({ map: null, exact: 3 / 4, micro_f1: 8 / 9 })
})
