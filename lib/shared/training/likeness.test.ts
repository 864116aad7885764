import { expect, test } from 'vitest'
import { likeness, likenessRule, positionOf } from './likeness'

/** Positions of a hundred photos: separations around 2, distances around 0.5. */
const KNOWN = Array.from({ length: 100 }, (_, i) => ({
  separation: 1.5 + i / 100,
  distance: 0.4 + ((i * 37) % 100) / 500,
}))

test('the limit is passed by 95 of 100 known photos, and not by those that are between the labels or far away', () => {
  const rule = likenessRule(KNOWN)
  if (rule === null) throw new Error('no rule')
  const passes = (separation: number, distance: number) => likeness({ separation, distance }, rule) >= rule.below
  expect(KNOWN.filter(({ separation, distance }) => passes(separation, distance))).toHaveLength(95)
  expect([passes(2, 0.5), passes(1, 0.5), passes(2, 1), passes(2, 0.1)]).toEqual([true, false, false, true])
  expect(likenessRule([])).toBeNull()
})

test('the separation is the highest logit above the mean, by the distance', () => {
  expect(positionOf(Float32Array.of(1, 4, -2, Number.NEGATIVE_INFINITY), 4)).toEqual({ separation: 1.5, distance: 2 })
  expect(Number.isFinite(positionOf(Float32Array.of(1, 2), 0).separation)).toBe(true)
})
