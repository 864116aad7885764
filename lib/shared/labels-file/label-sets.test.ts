import { expect, test } from 'vitest'
import { matchLabelSets, matchLabels } from './match-labels'
import { parseLabels } from './parse'
import { areLabelSets } from './several-labels'
import { labelWarnings } from './summary'

const PHOTOS = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']
const EXPECTED = { 'a.jpg': ['cat', 'dog'], 'b.jpg': ['dog'], 'c.jpg': [], 'd.jpg': ['cat', 'red car'] }

async function sets(text: string, classes: readonly string[] = []) {
  const matched = matchLabelSets(await parseLabels(text), {
    photos: PHOTOS,
    classes: classes.map((label) => ({ label, others: [] })),
  })
  return { matched, labels: Object.fromEntries(matched.labels) }
}

test.each([
  ['semicolons', 'file,labels\na.jpg,cat;dog\nb.jpg,dog\nc.jpg,\nd.jpg,cat; red car\n'],
  ['bars, quoted', 'file,labels\n"a.jpg","cat|dog"\n"b.jpg","dog"\n"c.jpg",""\n"d.jpg","cat | red car"\n'],
  [
    'a line for each label',
    'file,label\na.jpg,cat\na.jpg,dog\nb.jpg,dog\nb.jpg,dog\nc.jpg,\nd.jpg,cat\nd.jpg,red car\n',
  ],
  ['a column for each label', 'file,cat,dog,red car\na.jpg,1,1,0\nb.jpg,0,1,0\nc.jpg,0,0,0\nd.jpg,1,0,1.0\n'],
  [
    'lists in JSON lines',
    `${Object.entries(EXPECTED)
      .map(([file_name, labels]) => JSON.stringify({ file_name, labels }))
      .join('\n')}\n`,
  ],
  ['an object of lists', JSON.stringify(EXPECTED)],
  [
    'COCO',
    JSON.stringify({
      images: PHOTOS.map((file_name, id) => ({ id, file_name })),
      categories: ['cat', 'dog', 'red car'].map((name, id) => ({ id, name })),
      annotations: [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
        [3, 0],
        [3, 2],
      ].map(([image_id, category_id]) => ({ image_id, category_id })),
    }),
  ],
])('several labels of a photo: %s', async (_, text) => {
  const { matched, labels } = await sets(text)
  expect(labels).toEqual(EXPECTED)
  expect(labelWarnings(matched)).toEqual([])
  // With the labels of a model, too: the column is found although no whole cell is one of them.
  expect((await sets(text, ['red car', 'dog', 'cat'])).labels).toEqual(EXPECTED)
})

test('numbers of the model’s labels, and a column of other words beside them', async () => {
  const { matched, labels } = await sets('image,note,class\na.jpg,x,0;1\nb.jpg,y,1\n', ['cat', 'dog'])
  expect([matched.columns[matched.label], matched.kind, labels]).toEqual([
    'class',
    'indices',
    { 'a.jpg': ['0', '1'], 'b.jpg': ['1'] },
  ])
})

test('lines are named: without a file, without a photo, and with something else than 0 or 1', async () => {
  const { matched } = await sets('file,labels\n,cat\nno.jpg,dog\na.jpg,cat\n')
  expect(labelWarnings(matched)).toEqual(['1 label without a photo: no.jpg', '1 line without a file: line 2'])
  const rows = Array.from({ length: 20 }, (_, at) => `${at}.jpg,0,1`)
  await expect(sets(['file,cat,dog', 'a.jpg,1,0', 'b.jpg,2,1', ...rows].join('\n'))).rejects.toThrow(
    'Line 3: the column cat has “2” instead of 0 or 1.',
  )
})

test('with one label a photo, several are still refused, by line', async () => {
  const table = await parseLabels('file,label\na.jpg,cat\na.jpg,dog\nb.jpg,dog\n')
  const matched = matchLabels(table, PHOTOS, [])
  expect(Object.fromEntries(matched.labels)).toEqual({ 'a.jpg': 'cat', 'b.jpg': 'dog' })
  expect(matched.bad).toEqual([{ line: 3, file: 'a.jpg', reason: 'twice' }])
})

test('tells several labels a photo from a mistake in one line, and from a name with a semicolon', () => {
  const one = (label: string, count: number) => Array.from({ length: count }, () => [label])
  expect(areLabelSets([['cat', 'dog'], ['dog'], []])).toBe(true)
  expect(areLabelSets([...one('cat', 50), ...one('dog', 49), ['cat', 'dog']])).toBe(false)
  expect(areLabelSets([['bolt', 'M4'], ['bolt', 'M4'], ['nut']])).toBe(false)
  expect(areLabelSets(one('cat', 3))).toBe(false)
})
