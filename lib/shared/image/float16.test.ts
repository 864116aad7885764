import { expect, test } from 'vitest'
import { fromFloat16, toFloat16 } from './float16'

test('every float16 value survives conversion to a number and back', () => {
  for (let half = 0; half < 65_536; half++) {
    const value = fromFloat16(half)
    if (Number.isNaN(value)) expect(fromFloat16(toFloat16(value))).toBeNaN()
    else if (toFloat16(value) !== half) throw new Error(`${half} came back as ${toFloat16(value)}`)
  }
})

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [0.1, 0x2e66],
  [65504, 0x7bff],
  [65519.9, 0x7bff],
  [65520, 0x7c00],
  [1e9, 0x7c00],
  [6e-8, 0x0001],
  [2 ** -25, 0x0000],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
])('converts %f to %i, rounding to nearest, halves to even', (value, half) => {
  expect(toFloat16(value)).toBe(half)
})
