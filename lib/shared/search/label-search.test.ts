import { expect, test } from 'vitest'
import { searchLabels, textMatches } from './label-search'

const labels = [
  { index: 0, label: 'tench', others: ['n01440764', 'Tinca tinca'] },
  { index: 1, label: 'ice bear', others: ['polar bear', 'Ursus Maritimus'] },
  { index: 2, label: 'bearskin', others: [] },
  { index: 3, label: 'forbearance', others: ['Crème brûlée'] },
  { index: 4, label: 'macaw', others: ['n01818515'], kinds: ['parrot', 'bird', 'animal'] },
  { index: 5, label: 'espresso', others: [], kinds: ['coffee', 'beverage'] },
  { index: 6, label: 'coffee mug', others: [], kinds: ['mug'] },
]
const found = (query: string) => searchLabels(labels, query).map(({ index }) => index)

test('searches labels, synonyms, Latin names and WordNet ids, best match first, ignoring case and accents', () => {
  expect(found('bear')).toEqual([2, 1, 3])
  expect(found('URSUS')).toEqual([1])
  expect(found('n0144')).toEqual([0])
  expect(found('creme')).toEqual([3])
  expect(found('unicorn')).toEqual([])
  expect(found(' ')).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('finds labels by what they are a kind of, after those with the name itself', () => {
  expect(found('parrot')).toEqual([4])
  expect(found('coffee')).toEqual([6, 5])
  expect(found('verage')).toEqual([])
})

test('finds file names however their accents are written: macOS writes them apart', () => {
  expect(textMatches('Café.jpg'.normalize('NFD'), 'café')).toBe(true)
  expect(textMatches('Café.jpg', ' CAFE')).toBe(true)
  expect(textMatches('Café.jpg', 'tea')).toBe(false)
})
