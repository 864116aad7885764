import { expect, test } from 'vitest'
import { FrameRate } from './frame-rate'

test('averages the last results of one model, without the pauses between models', () => {
  const rate = new FrameRate()
  rate.measure('server fast')
  expect(rate.add(1000)).toBe(0)
  expect(rate.add(1100)).toBeCloseTo(10)
  expect(rate.add(1300)).toBeCloseTo(2000 / 300)
  for (let time = 1350; time <= 2000; time += 50) rate.add(time)
  expect(rate.add(2050)).toBeCloseTo(20)
  rate.measure('server fast')
  expect(rate.add(2100)).toBeCloseTo(20)
  rate.measure('here fast')
  expect(rate.add(9000)).toBe(0)
  expect(rate.add(9500)).toBeCloseTo(2)
})
