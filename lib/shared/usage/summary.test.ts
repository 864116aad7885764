import { expect, test } from 'vitest'
import { daysOf, firstDay, scaleTop, totalOf, totalsByKey } from './summary'

const row = (day: string, id: string, photos: number) => ({
  day,
  id,
  name: id,
  photos,
  requests: 2 * photos,
  errors: 1,
  bytes: 10 * photos,
})
const ROWS = [row('2026-02-27', 'a', 1), row('2026-03-01', 'a', 2), row('2026-03-01', 'b', 4)]

test('sums rows over all, by key, and by day with the days in between', () => {
  expect(totalOf(ROWS)).toEqual({ photos: 7, requests: 14, errors: 3, bytes: 70 })
  expect(totalOf([])).toEqual({ photos: 0, requests: 0, errors: 0, bytes: 0 })
  expect(totalsByKey(ROWS).get('a')).toEqual({ photos: 3, requests: 6, errors: 2, bytes: 30 })
  expect(daysOf(ROWS, { from: '2026-02-27', to: '2026-03-01' }, 'bytes')).toEqual([
    { day: '2026-02-27', value: 10 },
    { day: '2026-02-28', value: 0 },
    { day: '2026-03-01', value: 60 },
  ])
  expect(firstDay(Date.parse('2026-03-01T23:59:00Z'), 30)).toBe('2026-01-31')
})

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [10, 10],
  [11, 20],
  [501, 1000],
])('a scale for %d ends at %d', (value, top) => {
  expect(scaleTop(value)).toBe(top)
})
