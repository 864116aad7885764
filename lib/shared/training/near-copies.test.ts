import { expect, test } from 'vitest'
import { madeUpExamples } from '../../../tests/support/embeddings'
import { groupCopies } from './near-copies'
import { trainingSet } from './training-set'
import { runWork } from './work'

test('finds exactly the pairs that a comparison of all pairs finds, and joins chains of them', async () => {
  // Around each center, some photos are near-copies of each other and some are not.
  const examples = [0.2, 0.5, 1].flatMap((noise, seed) =>
    madeUpExamples({ labels: ['a', 'b', 'c', 'd'], photos: 25, noise, seed: seed + 1 }),
  )
  const set = trainingSet(examples)
  const row = (index: number) => set.features.subarray(index * set.dimensions, (index + 1) * set.dimensions)
  const cosine = (a: number, b: number) => row(a).reduce((sum, value, i) => sum + value * row(b)[i]!, 0)
  const expected = Array.from({ length: set.count }, (_, index) => index)
  for (let a = 0; a < set.count; a++) {
    for (let b = 0; b < a; b++) {
      if (cosine(a, b) < 0.97) continue
      const [from, to] = [Math.max(expected[a]!, expected[b]!), Math.min(expected[a]!, expected[b]!)]
      for (const [at, group] of expected.entries()) if (group === from) expected[at] = to
    }
  }
  const groups = await runWork(groupCopies(set))
  expect([...groups]).toEqual(expected)
  const count = new Set(expected).size
  expect([count > 20, count < set.count - 20]).toEqual([true, true])
})
