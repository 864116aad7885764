import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bootstrap, ece, equalMassBins, equalWidthBins, perfectBand, type Scored } from './calibration'
import { classReports, confusions, wilson } from './classification'
import { randomNumbers } from './random'
import { generalisedEntropy, uncertainty } from './uncertainty'

/** Results with calibrated scores by construction. */
function calibrated(count: number, seed: number): Scored[] {
  const random = randomNumbers(seed)
  return Array.from({ length: count }, () => {
    const score = 0.3 + 0.7 * random()
    return { score, right: random() < score }
  })
}

describe('calibration', () => {
  test('matches two bins calculated by hand', () => {
    const answers = [
      { score: 0.2, right: false },
      { score: 0.4, right: true },
      { score: 0.9, right: true },
      { score: 0.7, right: true },
    ]
    expect(equalMassBins(answers, 2)).toEqual([
      { count: 2, confidence: expect.closeTo(0.3, 12), accuracy: 0.5 },
      { count: 2, confidence: expect.closeTo(0.8, 12), accuracy: 1 },
    ])
    expect(ece(answers, 2)).toBeCloseTo(0.5 * 0.2 + 0.5 * 0.2, 12)
    expect(equalWidthBins(answers, 2).map(({ count }) => count)).toEqual([2, 2])
    expect(equalWidthBins([{ score: 1, right: true }], 15)).toHaveLength(1)
  })

  test('calibrated scores are in the band of a perfect model, overconfident ones above it', () => {
    const answers = calibrated(650, 1)
    const [low, high] = perfectBand(answers)
    expect(ece(answers)).toBeGreaterThan(low)
    expect(ece(answers)).toBeLessThan(high)
    const overconfident = answers.map(({ score, right }) => ({ score: Math.sqrt(score), right }))
    expect(ece(overconfident)).toBeGreaterThan(perfectBand(overconfident)[1])
  })

  test('an interval contains its value and is reproducible', () => {
    const answers = calibrated(400, 2)
    const interval = bootstrap(answers, (some) => ece(some))
    expect(interval[0]).toBeLessThan(ece(answers))
    expect(interval).toEqual(bootstrap(answers, (some) => ece(some)))
    expect(ece([])).toBe(0)
  })
})

test('precision, recall, F1 and confusions match values calculated by hand', () => {
  const outcomes = [
    { truth: 1, predicted: 1 },
    { truth: 1, predicted: 2 },
    { truth: 2, predicted: 2 },
    { truth: 3, predicted: 2 },
  ]
  expect(classReports(outcomes)).toEqual([
    { index: 1, support: 2, precision: 1, recall: 0.5, f1: 2 / 3 },
    { index: 2, support: 1, precision: 1 / 3, recall: 1, f1: 0.5 },
    { index: 3, support: 1, precision: null, recall: 0, f1: 0 },
  ])
  expect(confusions(outcomes)).toEqual([
    [1, 1, 1],
    [1, 2, 1],
    [2, 2, 1],
    [3, 2, 1],
  ])
})

test("Wilson's interval", () => {
  // From R: prop.test(83, 100, correct = FALSE)
  expect(wilson(83, 100)[0]).toBeCloseTo(0.7445, 3)
  expect(wilson(83, 100)[1]).toBeCloseTo(0.8911, 3)
  expect(wilson(0, 0)).toEqual([0, 1])
})

describe('uncertainty', () => {
  const { logits } = JSON.parse(readFileSync('models/efficientnet-lite1-int8/self-test.json', 'utf8'))
  const known = Float32Array.from(logits as number[])

  test('the entropy matches NumPy', () => {
    expect(generalisedEntropy(known)).toBeCloseTo(48.57989, 4)
  })

  test('gives each reason, unlike_known first', () => {
    const rule = { scoreBelow: 0.5, marginBelow: 0.1, entropyAbove: 1000, likenessBelow: null }
    expect(uncertainty(known, [0.9, 0.05], rule)).toBeNull()
    expect(uncertainty(known, [0.45, 0.2], rule)).toBe('low_score')
    expect(uncertainty(known, [0.52, 0.45], rule)).toBe('small_margin')
    expect(uncertainty(known, [0.9, 0.05], { ...rule, entropyAbove: 1 })).toBe('unlike_known')
    expect(uncertainty(known, [0.1, 0.1], null)).toBeNull()
  })
})
