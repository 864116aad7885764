import { expect, test } from 'vitest'
import { confidence, RECOGNIZED_FROM } from './confidence'

test('the level follows the score; an uncertain result is uncertain at any score', () => {
  expect([0.95, 0.9, 0.89, 0.5, 0.1].map((score) => confidence(score, false, true))).toEqual([
    'certain',
    'certain',
    'likely',
    'probable',
    'possible',
  ])
  expect(confidence(0.95, true, true)).toBe('uncertain')
})

test('an uncertain result with a score that means nothing is not recognized, unless scores are not calibrated', () => {
  expect(confidence(RECOGNIZED_FROM, true, true)).toBe('uncertain')
  expect(confidence(RECOGNIZED_FROM - 0.01, true, true)).toBe('unrecognized')
  expect(confidence(0.001, true, false)).toBe('uncertain')
})
