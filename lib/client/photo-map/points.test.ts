import { expect, test } from 'vitest'
import { MapPoints } from './points'

/** Three columns and two rows, ten apart. */
const points = new MapPoints(Float32Array.from([0, 0, 10, 0, 20, 0, 0, 10, 10, 10, 20, 10]))

test('the map is from 0 to 1 along its longer side, and fits into any picture', () => {
  expect([points.width, points.height]).toEqual([1, 0.5])
  expect(points.fit(220, 400, 10)).toEqual({ scale: 200, left: 10, top: 150 })
  const one = new MapPoints(Float32Array.from([3, 4]))
  expect([one.x(0), one.y(0), one.fit(100, 100, 10).left]).toEqual([0, 0, 50])
  expect(new MapPoints(new Float32Array()).near([0, 0])).toBeNull()
})

test('points are found by place, by a line around them, and by direction', () => {
  expect(points.near([0.52, 0.02])).toBe(1)
  expect(points.near([0.6, 0.2], 0.05)).toBeNull()
  const around = [
    [0.4, -0.1],
    [1.1, -0.1],
    [1.1, 0.6],
    [0.9, 0.6],
    [0.9, 0.1],
    [0.4, 0.1],
  ] as const
  expect(points.within(around.map(([x, y]) => [x, y]))).toEqual([1, 2, 5])
  expect(points.within([[0, 0]])).toEqual([])
  expect([points.next(0, [1, 0]), points.next(0, [0, 1]), points.next(0, [-1, 0])]).toEqual([1, 3, null])
  expect(points.next(5, [0, -1])).toBe(2)
})
