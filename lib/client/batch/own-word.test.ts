import { expect, test } from 'vitest'
import { ownWord } from './own-word'

test('keeps the visitor’s word where the model’s label is another one', () => {
  expect(ownWord('polar bear', 'ice bear')).toBe('polar bear')
  expect(ownWord('n02134084-polar_bear', 'ice bear')).toBe('polar bear')
  expect(ownWord('Ice_Bear', 'ice bear')).toBeNull()
  expect(ownWord('ice-bear', 'ice bear')).toBeNull()
  expect(ownWord('n02134084', 'ice bear')).toBeNull()
})
