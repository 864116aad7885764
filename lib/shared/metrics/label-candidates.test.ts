import { expect, test } from 'vitest'
import { labelCandidates } from './label-candidates'

const CLASSES = [
  { label: 'crane bird', others: ['crane'] },
  { label: 'crane machine', others: ['crane'] },
  { label: 'Egyptian cat', others: [] },
  { label: 'tabby', others: ['tabby cat'] },
  { label: 'catamaran', others: [] },
].map((label, index) => ({ index, ...label }))

test('offers the classes that share the name, those with the word in a name, and the closest spelling', () => {
  expect(labelCandidates('crane', CLASSES, [0, 1])).toEqual(['crane bird', 'crane machine'])
  expect(labelCandidates('cat', CLASSES, [])).toEqual(['Egyptian cat', 'tabby', 'catamaran'])
  expect(labelCandidates('Egyptain_cat', CLASSES, [])).toEqual(['Egyptian cat'])
  expect(labelCandidates('spaceship', CLASSES, [])).toEqual([])
})
