import { expect, test } from 'vitest'
import { matrixClasses, mixUps } from './mix-ups'

/** Classes 1, 4 and 7 are mixed up with each other, and so are 2 and 9; 3 and 5 are always right. */
const COUNTS: [number, number, number][] = [
  [1, 1, 8],
  [1, 7, 1],
  [2, 9, 2],
  [3, 3, 5],
  [4, 7, 3],
  [5, 5, 1],
  [7, 4, 1],
  [9, 2, 1],
]

test('lists mistakes, most frequent first', () => {
  expect(mixUps(COUNTS)).toEqual([
    [4, 7, 3],
    [2, 9, 2],
    [1, 7, 1],
    [7, 4, 1],
    [9, 2, 1],
  ])
})

test('classes that are mixed up lie together; with little room, those of the most frequent mistakes remain', () => {
  expect(matrixClasses(COUNTS, 20)).toEqual([1, 7, 4, 2, 9, 3, 5])
  expect(matrixClasses(COUNTS, 4)).toEqual([4, 7, 2, 9])
  expect(matrixClasses(COUNTS, 3)).toEqual([1, 7, 4])
  expect(matrixClasses([[1, 1, 3]], 4)).toEqual([1])
})
