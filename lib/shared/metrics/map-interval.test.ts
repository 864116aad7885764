import { expect, test } from 'vitest'
import { averagePrecision, type LabelScores, multiLabelMetrics } from './label-metrics'
import { mapInterval } from './map-interval'
import { randomNumbers } from './random'

const SHARES = [0.5, 0.2, 0.05]

/** Scores that know a little of the labels. */
function draw(photos: number, random: () => number, digits = 6): LabelScores {
  const truth = Uint8Array.from({ length: photos * SHARES.length }, (_, at) =>
    Number(random() < (SHARES[at % SHARES.length] as number)),
  )
  const scores = Float64Array.from(truth, (has) => Number((0.35 * has + 0.65 * random()).toFixed(digits)))
  return { labels: SHARES.length, scores, truth }
}

const mapOf = (known: LabelScores) => multiLabelMetrics(known, [0.5, 0.5, 0.5]).map

test('the interval holds the figure of a large population about as often as it says', () => {
  const random = randomNumbers(11)
  const population = mapOf(draw(200_000, random))
  let held = 0
  for (let round = 0; round < 200; round++) {
    const [low, high] = mapInterval(draw(300, random)) as [number, number]
    if (low <= population && population <= high) held++
  }
  // By chance alone, 95 % of 200 are between 183 and 197.
  expect(held).toBeGreaterThanOrEqual(176)
  expect(held).toBeLessThanOrEqual(199)
})

test('its middle is the mean average precision, also with equal scores, and more photos make it narrower', () => {
  const [few, many] = [200, 3200].map((photos) => draw(photos, randomNumbers(4), 1)) as [LabelScores, LabelScores]
  for (const known of [few, many]) {
    const [low, high] = mapInterval(known) as [number, number]
    expect((low + high) / 2).toBeCloseTo(mapOf(known), 10)
  }
  const width = (known: LabelScores) => {
    const [low, high] = mapInterval(known) as [number, number]
    return high - low
  }
  expect(width(few) / width(many)).toBeGreaterThan(2.5)
})

test('there is none for few photos, nor where a label is only on photos that are left out together', () => {
  expect(mapInterval(draw(19, randomNumbers(1)))).toBeNull()
  const known = { labels: 1, scores: Float64Array.from({ length: 40 }, (_, at) => at), truth: new Uint8Array(40) }
  expect(mapInterval(known)).toBeNull()
  known.truth[7] = 1
  expect(averagePrecision(known.scores, known.truth)).toBeCloseTo(1 / 33, 10)
  expect(mapInterval(known)).toBeNull()
  expect(mapInterval({ labels: 0, scores: new Float64Array(), truth: new Uint8Array() })).toBeNull()
})
