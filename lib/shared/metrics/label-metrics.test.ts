import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { averagePrecision, bestThreshold, bestThresholds, labelSetMetrics, multiLabelMetrics } from './label-metrics'

/** What scikit-learn says; see label-metrics.golden.py. */
interface Golden {
  scores: number[][]
  truth: number[][]
  thresholds: number[]
  average_precision: number[]
  map: number
  micro_f1: number
  macro_f1: number
  exact: number
  precision: number[]
  recall: number[]
  f1: number[]
  support: number[]
  best_f1: number[]
}

const golden: Golden = JSON.parse(readFileSync(new URL('label-metrics.golden.json', import.meta.url), 'utf8'))
const known = {
  labels: golden.thresholds.length,
  scores: Float64Array.from(golden.scores.flat()),
  truth: Uint8Array.from(golden.truth.flat()),
}

test('metrics of several labels a photo are those of scikit-learn', () => {
  const { classes, ...overall } = multiLabelMetrics(known, golden.thresholds)
  for (const name of ['map', 'micro_f1', 'macro_f1', 'exact'] as const)
    expect(overall[name]).toBeCloseTo(golden[name], 12)
  for (const { index, ...found } of classes) {
    for (const name of ['average_precision', 'precision', 'recall', 'f1', 'support'] as const)
      expect(found[name], `${name} of ${index}`).toBeCloseTo(golden[name][index] as number, 12)
  }
  expect(classes).toHaveLength(known.labels)
})

test('so are those of the selected labels alone', () => {
  const indices = (row: readonly number[], least: (label: number) => number) =>
    [...row.keys()].filter((label) => (row[label] as number) >= least(label))
  const photos = golden.scores.map((scores, photo) => ({
    truth: indices(golden.truth[photo] as number[], () => 1),
    selected: indices(scores, (label) => golden.thresholds[label] as number),
  }))
  const { classes, ...overall } = labelSetMetrics(photos)
  for (const name of ['micro_f1', 'macro_f1'] as const) expect(overall[name]).toBeCloseTo(golden[name], 12)
  expect(classes.map(({ index }) => index)).toEqual([...golden.support.keys()])
  for (const { index, ...found } of classes) {
    for (const name of ['precision', 'recall', 'f1', 'support'] as const)
      expect(found[name], `${name} of ${index}`).toBeCloseTo(golden[name][index] as number, 12)
  }
})

test('the chosen thresholds reach the best F1 that scikit-learn finds on its curve', () => {
  const { classes } = multiLabelMetrics(known, bestThresholds(known))
  for (const { index, f1 } of classes) expect(f1).toBeCloseTo(golden.best_f1[index] as number, 12)
})

test('thresholds lie between scores, close to 0.5 where several are as good', () => {
  expect(bestThreshold([0.9, 0.7, 0.2, 0.1], [1, 1, 0, 0])).toBeCloseTo(0.45)
  expect(bestThreshold([0.3, 0.2], [1, 1])).toBeCloseTo(0.1)
  expect(bestThreshold([0.3, 0.2], [0, 0])).toBe(0.5)
})

test('labels that no photo has count for no mean, but wrongly selected they count for the micro F1', () => {
  const scores = Float64Array.of(0.9, 0.8, 0.1, 0.2)
  const { classes, ...overall } = multiLabelMetrics({ labels: 2, scores, truth: Uint8Array.of(1, 0, 0, 0) }, [0.5, 0.5])
  expect(overall).toEqual({ map: 1, micro_f1: 2 / 3, macro_f1: 1, exact: 0.5 })
  expect(classes[1]).toMatchObject({ support: 0, precision: 0, recall: null, average_precision: null })
  expect(averagePrecision([0.4, 0.3], [0, 0])).toBeNull()
})
