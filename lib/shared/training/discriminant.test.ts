import { expect, test } from 'vitest'
import { type Coordinates, coordinatesOf } from './coordinates'
import { fitDiscriminant, type Scatter, scatterOf } from './discriminant'
import cases from './discriminant.golden.json'
import { statisticsOf } from './statistics'
import { trainingSet } from './training-set'
import { runWork, type Work } from './work'

type Case = (typeof cases)[number]

function setOf({ embeddings, truth }: Case) {
  return trainingSet(
    embeddings.map((values, index) => ({
      label: `label ${truth[index]}`,
      sha256: String(index).padStart(64, '0'),
      embedding: Float32Array.from(values),
    })),
  )
}

function* fitted(
  given: Case,
): Work<{ weights: Float64Array; bias: Float64Array; scatter: Scatter; space: Coordinates }> {
  const set = setOf(given)
  const space = yield* coordinatesOf(set)
  const all = Int32Array.from({ length: set.count }, (_, index) => index)
  const statistics = yield* statisticsOf(space, set.truth, set.labels.length, all)
  const scatter = yield* scatterOf(statistics, set.dimensions)
  const { weights, bias } = yield* fitDiscriminant(scatter, given.shrinkage)
  return { weights: yield* space.toFeatures(weights), bias, scatter, space }
}

/** Values less the mean of their column. */
function centered(values: readonly number[], rows: number): number[] {
  const columns = values.length / rows
  const mean = (column: number) => values.reduce((sum, v, at) => (at % columns === column ? sum + v / rows : sum), 0)
  const means = Array.from({ length: columns }, (_, column) => mean(column))
  return values.map((value, at) => value - (means[at % columns] as number))
}

const largestDifference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, at) => Math.abs(value - (b[at] as number))))

test.each(cases.map((given) => ({ given, dimensions: given.embeddings[0]?.length, photos: given.truth.length })))(
  'has the weights of scikit-learn: $photos examples with $dimensions dimensions',
  async ({ given }) => {
    const labels = given.weights.length
    const { weights, scatter } = await runWork(fitted(given))
    const scaled = [...weights]
      .slice(0, labels * (given.weights[0] as number[]).length)
      .map((w) => w / scatter.variance)
    expect(largestDifference(centered(scaled, labels), given.weights.flat())).toBeLessThan(1e-3)
  },
)

test('has the biases of scikit-learn, but for the correction that favors labels with few examples', async () => {
  for (const given of cases) {
    const { bias, scatter } = await runWork(fitted(given))
    const labels = bias.length
    const scaled = [...bias].map((value) => value / scatter.variance)
    const difference = centered(scaled, labels).map((value, label) => value - (given.bias[label] as number))
    const inverse = centered(
      [...scatter.counts].map((count) => 1 / count),
      labels,
    )
    const factor = (difference[0] as number) / (inverse[0] as number)
    expect(factor).toBeGreaterThan(0)
    expect(difference.map((value, label) => value - factor * (inverse[label] as number))).toEqual(
      inverse.map(() => expect.closeTo(0, 3)),
    )
  }
})
