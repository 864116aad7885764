import { expect, test } from 'vitest'
import { confidence } from './confidence'

test('words follow the score; uncertain says so whatever the score', () => {
  expect([0.95, 0.9, 0.89, 0.5, 0.1].map((score) => confidence(score, false).words)).toEqual([
    'Almost certainly',
    'Almost certainly',
    'Very likely',
    'Probably',
    'Possibly',
  ])
  expect(confidence(0.95, true)).toEqual({ words: 'Not sure, perhaps', tone: 'uncertain' })
})
