import { expect, test } from 'vitest'
import { confidence } from './confidence'

test('the level follows the score; an uncertain result is uncertain at any score', () => {
  expect([0.95, 0.9, 0.89, 0.5, 0.1].map((score) => confidence(score, false))).toEqual([
    'certain',
    'certain',
    'likely',
    'probable',
    'possible',
  ])
  expect(confidence(0.95, true)).toBe('uncertain')
})
