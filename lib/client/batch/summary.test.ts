import { expect, test } from 'vitest'
import { scaleEnd } from './summary'

test('a scale ends at a round number close above the highest count', () => {
  const counts = [0, 1, 2, 3, 5, 9, 12, 21, 31, 101, 121, 251, 999]
  expect(counts.map(scaleEnd)).toEqual([1, 1, 2, 4, 6, 10, 12, 24, 40, 120, 160, 300, 1000])
})
