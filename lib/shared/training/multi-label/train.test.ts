import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { labeledExamples } from '../../../../tests/support/labeled-examples'
import { multiLabelMetrics } from '../../metrics/label-metrics'
import { coordinatesOf } from '../coordinates'
import { type Example, NO_LABEL } from '../example'
import { type Head, headScorer } from '../head'
import { runWork } from '../work'
import { centered, fitLeastSquares, labeledStatistics } from './least-squares'
import { labeledSet } from './photo-set'
import { fitSigmoid, sigmoid } from './sigmoid-fit'
import { type MultiLabelTraining, trainMultiLabel } from './train'

const SHARES = { ant: 0.5, bee: 0.3, cat: 0.08 }

/** What scikit-learn says; see multi-label.golden.py. */
interface Golden {
  least_squares: { penalty: number; has: number[][]; embeddings: number[][]; weights: number[][]; bias: number[] }[]
  sigmoids: { values: number[]; has: number[]; slope: number; offset: number }[]
}
const golden: Golden = JSON.parse(readFileSync(new URL('multi-label.golden.json', import.meta.url), 'utf8'))

/** How the head scores photos that it didn't learn from. */
function scored(head: Head, examples: readonly Example[]) {
  const photos = [...new Map(examples.map((example) => [example.sha256, example])).values()]
  const labelsOf = (sha256: string) => examples.flatMap((one) => (one.sha256 === sha256 ? [one.label] : []))
  const score = headScorer(head)
  return {
    labels: head.labels.length,
    scores: Float64Array.from(photos.flatMap((photo) => [...score(photo).logits].map(sigmoid))),
    truth: Uint8Array.from(
      photos.flatMap(({ sha256 }) => head.labels.map((label) => Number(labelsOf(sha256).includes(label)))),
    ),
  }
}

function digest({ head, report, curve, penalty, doubtful }: MultiLabelTraining): string {
  const hash = createHash('sha256')
  for (const values of [head.weights, head.bias, head.likeness?.center ?? new Float32Array()]) hash.update(values)
  const rest = [
    head.likeness?.rule,
    head.multiLabel,
    report,
    curve,
    penalty,
    doubtful.map(({ example: _, ...one }) => one),
  ]
  return hash.update(JSON.stringify(rest)).digest('hex')
}

test.each(golden.least_squares)('least squares agree with scikit-learn: penalty $penalty', async (given) => {
  const examples = given.embeddings.flatMap((values, at) => {
    const own = ['a', 'b', 'c'].filter((_, label) => given.has[at]?.[label] === 1)
    const photo = { sha256: String(at).padStart(64, '0'), embedding: Float32Array.from(values) }
    return (own.length > 0 ? own : [NO_LABEL]).map((label) => ({ label, ...photo }))
  })
  const set = labeledSet(examples)
  expect([...set.has]).toEqual(given.has.flat())
  const coordinates = await runWork(coordinatesOf(set))
  const all = Int32Array.from({ length: set.count }, (_, at) => at)
  const statistics = await runWork(labeledStatistics(set, coordinates, all))
  const { weights, bias } = await runWork(fitLeastSquares(centered(statistics), given.penalty))
  const found = await runWork(coordinates.toFeatures(weights))
  const expected = given.weights.flat()
  expect(found.length).toBeGreaterThanOrEqual(expected.length)
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 5)
  for (const [at, value] of given.bias.entries()) expect(bias[at]).toBeCloseTo(value, 5)
})

test('sigmoids agree with scikit-learn’s, also where the labels can be told apart without a mistake', () => {
  for (const { values, has, slope, offset } of golden.sigmoids) {
    const fit = fitSigmoid(values, has)
    expect(fit.slope / slope).toBeCloseTo(1, 4)
    expect(fit.offset / offset).toBeCloseTo(1, 4)
  }
  const reversed = fitSigmoid([0, 0, 1, 1], [1, 1, 0, 0])
  expect(reversed.slope).toBeGreaterThan(0)
})

test('learns labels that come together, rare ones and photos without any, and says how well', async () => {
  const { head, report, photos } = await trainMultiLabel(labeledExamples({ shares: SHARES, photos: 300, noise: 4 }))
  const known = scored(head, labeledExamples({ shares: SHARES, photos: 400, noise: 4, seed: 9 }))
  const truth = multiLabelMetrics(known, head.multiLabel.thresholds)
  expect([head.labels, photos, report?.photos]).toEqual([['ant', 'bee', 'cat'], 300, 300])
  expect(truth.map).toBeGreaterThan(0.8)
  for (const name of ['map', 'micro_f1', 'macro_f1'] as const)
    expect(Math.abs((report?.[name] ?? 0) - truth[name]), name).toBeLessThan(0.08)
  expect(report?.ece).toBeLessThan(0.06)
  // Photos of all labels together, and of none, are like the examples; those of something else aren't.
  const flagged = (shares: Record<string, number>, seed: number) => {
    const list = labeledExamples({ shares, photos: 100, noise: 4, seed })
    const below = head.likeness?.rule.below ?? 0
    return list.filter((photo) => (headScorer(head)(photo).likeness ?? 0) < below).length / list.length
  }
  expect(flagged(SHARES, 5)).toBeLessThan(0.15)
})

test('says what more photos bring: most for the label that is hard to tell and has few', async () => {
  const examples = labeledExamples({ shares: SHARES, photos: 300, noise: 6 })
  const { curve, needs, report } = await trainMultiLabel(examples)
  const perLabel = examples.filter(({ label }) => label !== NO_LABEL).length / 3
  expect(curve?.points.map(({ photos }) => photos / perLabel)).toEqual(
    [0.2, 0.4, 0.6, 0.8].map((share) => expect.closeTo(share, 1)),
  )
  expect(curve?.points.at(-1)?.accuracy).toBeGreaterThan((curve?.points[0]?.accuracy ?? 1) + 0.03)
  expect(Math.abs((curve?.points.at(-1)?.accuracy ?? 0) - (report?.map ?? 1))).toBeLessThan(0.08)
  expect(needs.map(({ label }) => label)).toEqual(['cat', 'bee', 'ant'])
  expect(needs[0]?.gain).toBeGreaterThan(0.02)
  const quick = await trainMultiLabel(examples, { quick: true })
  expect(quick.curve).toBeNull()
  expect(quick.needs.map(({ label, gain }) => [label, gain])).toEqual([
    ['cat', null],
    ['bee', null],
    ['ant', null],
  ])
})

test('thresholds are chosen to bring a larger F1 than one half does', async () => {
  const shares = { ant: 0.5, bee: 0.15, cat: 0.08 }
  const { head } = await trainMultiLabel(labeledExamples({ shares, photos: 300, noise: 5 }))
  const known = scored(head, labeledExamples({ shares, photos: 600, noise: 5, seed: 9 }))
  const macro = (limits: readonly number[]) => multiLabelMetrics(known, limits).macro_f1
  expect(macro(head.multiLabel.thresholds)).toBeGreaterThan(macro([0.5, 0.5, 0.5]) + 0.05)
})

test.each([
  ['more dimensions than photos', 80, 40],
  ['more photos than dimensions', 20, 60],
])('gives the same bytes in any order: %s', async (_name, dimensions, photos) => {
  const examples = labeledExamples({ shares: SHARES, photos, dimensions, noise: 3 })
  const first = digest(await trainMultiLabel(examples))
  expect(digest(await trainMultiLabel(examples.toReversed()))).toBe(first)
})

test('finds labels that were taken away or added, and copies with different ones', async () => {
  const examples = labeledExamples({ shares: SHARES, photos: 150, noise: 1 })
  const wrong = examples.find(({ label }) => label === 'ant') as Example
  const lacking = examples.filter(({ sha256 }) => sha256 === wrong.sha256).map(({ label }) => label)
  const { doubtful } = await trainMultiLabel(
    examples.filter((example) => example !== wrong).concat({ ...wrong, label: NO_LABEL }),
  )
  expect(lacking).toContain('ant')
  expect(doubtful[0]).toMatchObject({ label: 'ant', has: false })

  const other = 'f'.repeat(64)
  const { copies } = await trainMultiLabel([...examples, { ...wrong, sha256: other, label: 'cat' }])
  expect(copies[0]?.labels).toEqual(expect.arrayContaining(['ant', 'cat']))
})

test('a label of a single photo is learned, but not measured', async () => {
  const examples = labeledExamples({ shares: { ant: 0.5, bee: 0.4 }, photos: 40, noise: 5 })
  const { head, report, needs } = await trainMultiLabel([...examples, { ...(examples[0] as Example), label: 'cat' }])
  expect(head.labels).toEqual(['ant', 'bee', 'cat'])
  expect(needs[0]).toMatchObject({ label: 'cat', photos: 1, recall: null })
  expect(report?.classes.map(({ index }) => index).sort()).toEqual([0, 1])
  expect([...head.weights, ...head.bias, ...head.multiLabel.thresholds].every(Number.isFinite)).toBe(true)
})

test('refuses what can’t be learned from', async () => {
  const photo = { sha256: '0'.repeat(64), embedding: Float32Array.of(1, 2) }
  await expect(trainMultiLabel([{ label: 'ant', ...photo }])).rejects.toThrow('at least two labels')
  await expect(trainMultiLabel([{ label: NO_LABEL, ...photo }])).rejects.toThrow('at least two labels')
  // All photos are copies of one: nothing can be held out.
  const { report, head } = await trainMultiLabel(['ant', 'bee'].map((label) => ({ label, ...photo })))
  expect([report, head.labels]).toEqual([null, ['ant', 'bee']])
})
