import { expect, test } from 'vitest'
import { positionOn, scaleFor } from './plot-scale'

test('an axis has few, round ticks and holds all values', () => {
  expect(scaleFor([74.4, 75.9, 77], 2)).toEqual({ min: 72, max: 80, ticks: [72, 74, 76, 78, 80] })
  expect(scaleFor([2.1, 4.2], 1, 0)).toEqual({ min: 1, max: 6, ticks: [1, 2, 3, 4, 5, 6] })
  expect(scaleFor([3], 5, 0).ticks).toEqual([0, 2, 4, 6, 8])
  expect(scaleFor([50, 900], 50, 0)).toMatchObject({ min: 0, max: 1000 })
})

test('positions are shares of the axis', () => {
  expect(positionOn(scaleFor([74.4, 75.9, 77], 2), 76)).toBe(0.5)
})
