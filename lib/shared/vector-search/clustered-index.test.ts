import { expect, test } from 'vitest'
import { randomNumbers } from '../metrics/random'
import { allNeighbors, neighborsOfEach } from './all-neighbors'
import { ClusteredIndex } from './clustered-index'
import { VectorIndex } from './vector-index'

const DIMENSIONS = 24
const COUNT = 1201
const IN_LISTS = { allWithAll: 500 }

/** Seeded vectors around many centers, as photos of many things are. */
function filled(seed: number, count = COUNT): VectorIndex {
  const random = randomNumbers(seed)
  const centers = Array.from({ length: 60 }, () => Float32Array.from({ length: DIMENSIONS }, () => random()))
  const index = new VectorIndex(DIMENSIONS, count)
  for (let row = 0; row < count; row++)
    index.add((centers[row % 60] as Float32Array).map((value) => value + 0.4 * random()))
  return index
}

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

const rowsOf = (list: readonly { row: number }[]) => list.map(({ row }) => row)

test('finds nearly all neighbors that comparing all with all finds, and the vectors keep their rows', () => {
  const index = filled(3)
  const sample = Array.from({ length: 60 }, (_, at) => at * 20 + 7)
  const before = sample.map((row) => index.vector(row))
  const exact = sample.map((row) => rowsOf(index.nearest(index.vector(row), 10, row)))
  const recall = (found: readonly (readonly { row: number }[])[]) =>
    found.flatMap((list, at) => rowsOf(list).filter((row) => exact[at]?.includes(row))).length / (10 * sample.length)

  const progress: number[] = []
  const all = run(allNeighbors(index, 10, { ...IN_LISTS, onProgress: (done) => progress.push(done) }))
  expect(recall(sample.map((row) => all[row] ?? []))).toBeGreaterThan(0.97)
  expect(all.every((list, row) => list.length === 10 && !rowsOf(list).includes(row))).toBe(true)
  expect([...progress].sort((a, b) => a - b)).toEqual(progress)
  expect(progress.at(-1)).toBe(1)
  expect(sample.map((row) => index.vector(row))).toEqual(before)

  const clustered = run(ClusteredIndex.build(index))
  expect(sample.map((row) => clustered.vector(row))).toEqual(before)
  const found = sample.map((row) => clustered.nearest(clustered.vector(row), 10, row))
  expect(recall(found)).toBeGreaterThan(0.97)
  for (const [at, list] of found.entries()) {
    expect(rowsOf(list)).not.toContain(sample[at])
    expect(list.map(({ similarity }) => similarity)).toEqual(
      list.map(({ similarity }) => similarity).sort((a, b) => b - a),
    )
  }
})

test('finds the neighbors of other vectors, without the row of the same number', () => {
  const index = filled(3)
  const others = filled(3)
  const [own, other] = run(neighborsOfEach([index, others], index, 5, IN_LISTS))
  // The same vectors have the same neighbors.
  expect(other).toEqual(own)
})
