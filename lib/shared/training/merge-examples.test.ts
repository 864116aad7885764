import { expect, test } from 'vitest'
import type { Example } from './example'
import { mergeExamples } from './merge-examples'

const example = (label: string, photo: string, value = 1): Example => ({
  label,
  sha256: photo.repeat(64),
  embedding: Float32Array.of(value, 2),
})
const names = (examples: readonly Example[]) => examples.map(({ label, sha256 }) => `${label} ${sha256[0]}`)

test('a known photo gets its new label, and a photo counts once per label', () => {
  const known = [example('bolt', 'a'), example('nut', 'b'), example('bolt', 'b')]
  expect(names(mergeExamples(known, [example('nut', 'a'), example('nut', 'a'), example('nut', 'c')]))).toEqual([
    'nut b',
    'bolt b',
    'nut a',
    'nut c',
  ])
  expect(names(mergeExamples([], [example('bolt', 'a'), example('nut', 'a')]))).toEqual(['bolt a', 'nut a'])
  // Another crop of the photo.
  expect(mergeExamples([], [example('bolt', 'a'), example('bolt', 'a', 3)])).toHaveLength(2)
})

test('a label keeps its spelling if another computer encodes its accents differently', () => {
  const [composed, decomposed] = ['Grün'.normalize('NFC'), 'Grün'.normalize('NFD')]
  expect(names(mergeExamples([example(composed, 'a')], [example(decomposed, 'b')]))).toEqual([
    `${composed} a`,
    `${composed} b`,
  ])
  expect(names(mergeExamples([example('green', 'a')], [example('Green', 'b')]))).toEqual(['green a', 'Green b'])
})
