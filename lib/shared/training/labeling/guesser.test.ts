import { expect, test } from 'vitest'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { softmax } from '@/lib/shared/metrics/scores'
import type { Example } from '../example'
import { type Head, headScorer } from '../head'
import { train } from '../train'
import { runWork } from '../work'
import { dotProduct, FeatureCache } from './feature-cache'
import { FewCoordinates } from './few-coordinates'
import { Guesser } from './guesser'

const LABELS = 4
const DIMENSIONS = 64
const NUISANCES = 30

/**
 * Photos that differ more by what has nothing to do with their label than by their label: only many photos, labeled or
 * not, tell which directions those are.
 */
function photos(
  count: number,
  { seed = 1, dimensions = DIMENSIONS, labelOf = (at: number) => at % LABELS } = {},
): Example[] {
  const random = randomNumbers(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const vector = () => Float32Array.from({ length: dimensions }, normal)
  const directions = randomNumbers(99)
  const fixed = () => Float32Array.from({ length: dimensions }, () => directions() - 0.5)
  const [means, nuisances] = [Array.from({ length: LABELS }, fixed), Array.from({ length: NUISANCES }, fixed)]
  return Array.from({ length: count }, (_, at) => {
    const label = labelOf(at)
    const noise = vector()
    const strengths = nuisances.map(normal)
    const embedding = noise.map((value, i) => {
      const nuisance = nuisances.reduce((sum, one, j) => sum + (strengths[j] as number) * (one[i] as number), 0)
      const own = (means[label] as Float32Array)[i] as number
      return Math.exp(0.5 * (2 * own + nuisance + 0.4 * value))
    })
    const sha256 = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(64, '0')
    return { label: `label ${label}`, embedding, kinds: null, sha256 }
  })
}

const labeledOf = (head: Head, list: readonly Example[]) =>
  list.map((photo) => ({ photo, label: head.labels.indexOf(photo.label) }))

function accuracy(head: Head, list: readonly Example[]): number {
  const score = headScorer(head)
  const right = list.filter((photo) => {
    const { logits } = score(photo)
    return head.labels[logits.indexOf(Math.max(...logits))] === photo.label
  })
  return right.length / list.length
}

/** The mean of the best scores. */
function confidence(head: Head, list: readonly Example[]): number {
  const score = headScorer({ ...head, likeness: null })
  const best = list.map((photo) => Math.max(...softmax(score(photo).logits, head.temperature)))
  return best.reduce((sum, score) => sum + score, 0) / list.length
}

test('it is right more often than a model of the labeled photos alone, also of photos that came later', async () => {
  const all = photos(600)
  const [labeled, open, later] = [all.slice(0, 20), all.slice(20, 400), all.slice(400)]
  const { head } = await train(labeled, { quick: true })
  const guesser = await runWork(new Guesser<Example>().learn(head, labeledOf(head, labeled), open))
  expect(guesser.labels).toEqual(head.labels)
  for (const unseen of [open, later]) {
    expect(accuracy(guesser, unseen)).toBeGreaterThan(accuracy(head, unseen) + 0.08)
    expect(confidence(guesser, unseen)).toBeCloseTo(confidence(head, unseen), 1)
  }
})

test('it is hardly less right where most photos have the same label', async () => {
  const all = photos(500, { labelOf: (at) => (at % 10 < 7 ? 0 : (at % 10) - 6) })
  for (const count of [10, 20, 40]) {
    const [labeled, open] = [all.slice(0, count), all.slice(count)]
    const { head } = await train(labeled, { quick: true })
    const guesser = await runWork(new Guesser<Example>().learn(head, labeledOf(head, labeled), open))
    expect(accuracy(guesser, open), `${count} labels`).toBeGreaterThan(accuracy(head, open) - 0.1)
  }
})

test('while one labels, it learns as if it had just begun', async () => {
  const all = photos(240)
  const going = new Guesser<Example>()
  let followed: Head | null = null
  let begun: Head | null = null
  for (const count of [8, 40, 80]) {
    const [labeled, open] = [all.slice(0, count), all.slice(count, 60 + 2 * count)]
    const { head } = await train(labeled, { quick: true })
    followed = await runWork(going.learn(head, labeledOf(head, labeled), open))
    begun = await runWork(new Guesser<Example>().learn(head, labeledOf(head, labeled), open))
  }
  const rest = all.slice(80)
  expect(accuracy(followed as Head, rest)).toBeCloseTo(accuracy(begun as Head, rest), 1)
})

test('where photos without a label teach nothing, the model is as it was', async () => {
  const all = photos(1100)
  const { head } = await train(all.slice(0, 40), { quick: true })
  const learn = (from: Head, labeled: readonly Example[], open: readonly Example[]) =>
    runWork(new Guesser<Example>().learn(from, labeledOf(from, labeled), open))
  expect(await learn(head, all.slice(0, 40), [])).toBe(head)
  expect(await learn(head, all.slice(0, 501), all.slice(501))).toBe(head)
  const several = { ...head, multiLabel: { thresholds: [], nearThreshold: 0 } as unknown as Head['multiLabel'] }
  expect(await learn(several, all.slice(0, 40), all.slice(40))).toBe(several)
  // Photos that another base model has read.
  const others = photos(30, { seed: 2, dimensions: 16 })
  expect(await learn(head, all.slice(0, 40), others)).toBe(head)
  const mixed = await learn(head, all.slice(0, 40), [...all.slice(40, 90), ...others])
  expect(accuracy(mixed, all.slice(90, 300))).toBeGreaterThan(0.5)
})

test('few coordinates keep the dot products of photos, and linear functions of them', async () => {
  const all = photos(90)
  const features = new FeatureCache()
  const coordinates = new FewCoordinates<Example>(features, DIMENSIONS)
  await runWork(coordinates.of(all.slice(0, 60)))
  const rows = await runWork(coordinates.of(all.slice(30, 85)))
  const row = (at: number) => rows.values.subarray(at * rows.columns, (at + 1) * rows.columns)
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0)
  for (const [a, b] of [
    [0, 0],
    [0, 20],
    [40, 54],
  ] as const) {
    const exact = dotProduct(features.of(all[30 + a] as Example), features.of(all[30 + b] as Example), 0, DIMENSIONS)
    expect(dot(row(a), row(b))).toBeCloseTo(exact, 2)
  }
  const weights = { rows: 4, columns: rows.columns, values: new Float64Array(4 * rows.columns) }
  weights.values.set(row(7), 0)
  weights.values.set(row(50), rows.columns)
  const functions = await runWork(coordinates.toFeatures(weights, 2))
  for (const [index, at] of [
    [0, 3],
    [1, 33],
  ] as const) {
    const photo = features.of(all[30 + at] as Example)
    const ours = dotProduct(photo, functions, index * DIMENSIONS, DIMENSIONS)
    expect(ours).toBeCloseTo(dot(row(at), row(index === 0 ? 7 : 50)), 5)
  }
})
