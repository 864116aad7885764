import { expect, test } from 'vitest'
import { coverageCurve, splitAt } from './coverage'

const results = [
  { score: 0.9, right: true },
  { score: 0.5, right: false },
  { score: 0.5, right: true },
  { score: 0.1, right: false },
]

test('accuracy by the share of photos kept; photos with the same score are kept together', () => {
  expect(coverageCurve(results)).toEqual([
    { least: 0.9, coverage: 0.25, accuracy: 1 },
    { least: 0.5, coverage: 0.75, accuracy: 2 / 3 },
    { least: 0.1, coverage: 1, accuracy: 0.5 },
  ])
  expect(splitAt(results, 0.5)).toEqual({ kept: 3, keptRight: 2, below: 1, belowRight: 0 })
  const many = Array.from({ length: 5000 }, (_, index) => ({ score: index / 5000, right: true }))
  const curve = coverageCurve(many)
  expect([curve.length <= 200, curve.at(-1)?.coverage]).toEqual([true, 1])
  expect(coverageCurve([])).toEqual([])
})
