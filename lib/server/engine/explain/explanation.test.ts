import { expect, test } from 'vitest'
import { labelIndex } from './explanation'

test('resolves a label by name, then by index', () => {
  const model = { id: 'digits', labels: ['seven', '0', 'two'], background: null }
  expect(labelIndex(model, 'two')).toBe(2)
  expect(labelIndex(model, '0')).toBe(1)
  expect(labelIndex(model, '2')).toBe(2)
  expect(() => labelIndex(model, '3')).toThrow('invalid_parameter')
  expect(() => labelIndex({ ...model, background: 2 }, '2')).toThrow('invalid_parameter')
})
