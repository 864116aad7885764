import { expect, test } from 'vitest'
import { parseLabels } from '../labels-file/parse'
import { labelsCsv, labelsOfFolders, labelsOfTable } from './known-labels'

const PHOTOS = ['train/cat/1.jpg', 'validation/dog/2.jpg', 'test/3.jpg', '4.jpg']

test('labels and splits of folders: a split is no label', () => {
  const { labels, splits } = labelsOfFolders(PHOTOS)
  expect([...labels]).toEqual([
    ['train/cat/1.jpg', 'cat'],
    ['validation/dog/2.jpg', 'dog'],
  ])
  expect([...splits.values()]).toEqual(['train', 'val', 'test'])
})

test('labels and splits of a table, whatever its columns are called', async () => {
  const table = await parseLabels('image;subset;class\n1.jpg;TRAINING;cat\n3.jpg;holdout;dog\n4.jpg;test;dog\n')
  const { labels, splits } = labelsOfTable(table, PHOTOS)
  expect([...labels.values()]).toEqual(['cat', 'dog', 'dog'])
  expect([...splits]).toEqual([
    ['train/cat/1.jpg', 'train'],
    ['test/3.jpg', 'holdout'],
    ['4.jpg', 'test'],
  ])
})

test('without a column of splits, those of the folders count', async () => {
  const { splits } = labelsOfTable(await parseLabels('file,label\n1.jpg,cat\n3.jpg,dog\n'), PHOTOS)
  expect([...splits.values()]).toEqual(['train', 'val', 'test'])
})

test('photos with several labels have none to check, but their splits', async () => {
  const table = await parseLabels('file,labels,split\n1.jpg,cat;dog,train\n2.jpg,dog,test\n3.jpg,cat;dog,train\n')
  const known = labelsOfTable(table, ['1.jpg', '2.jpg', '3.jpg'])
  expect([known.several?.get('1.jpg'), known.labels.size, known.splits.get('2.jpg')]).toEqual([
    ['cat', 'dog'],
    0,
    'test',
  ])
  // Sent to a server, they are what they were.
  const again = labelsOfTable(await parseLabels(labelsCsv(known)), ['1.jpg', '2.jpg', '3.jpg'])
  expect([again.several, again.splits]).toEqual([known.several, known.splits])
})
