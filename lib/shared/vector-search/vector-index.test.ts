import { expect, test } from 'vitest'
import { randomNumbers } from '../metrics/random'
import { VectorIndex } from './vector-index'

/** Seeded vectors around a few centers, so that some are close to each other. */
function vectors(count: number, dimensions: number): Float32Array[] {
  const random = randomNumbers(3)
  const centers = Array.from({ length: 7 }, () => Float32Array.from({ length: dimensions }, () => random() - 0.5))
  return Array.from({ length: count }, (_, i) => (centers[i % 7] as Float32Array).map((c) => c + random() - 0.5))
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test.each([
  [5003, 37],
  [301, 1280],
])('finds the nearest of %i vectors of %i dimensions, one by one and four at a time', (count, dimensions) => {
  const all = vectors(count, dimensions)
  const index = new VectorIndex(dimensions, count)
  for (const vector of all) index.add(vector)
  for (const row of [0, 1, count - 1]) {
    const query = all[row] as Float32Array
    const exact = all.map((vector) => cosine(query, vector))
    const best = [...exact.keys()].filter((i) => i !== row).sort((a, b) => (exact[b] ?? 0) - (exact[a] ?? 0))
    const found = index.nearest(query, 10, row)
    expect(found).toHaveLength(10)
    for (const { row: at, similarity } of found) expect(Math.abs(similarity - (exact[at] ?? 0))).toBeLessThan(0.01)
    // Rounding may swap neighbors that are equally close.
    const tenth = exact[best[9] ?? 0] ?? 0
    for (const { row: at } of found) expect(exact[at]).toBeGreaterThan(tenth - 0.01)
    const other = all[2] as Float32Array
    expect(index.nearestOfFour([other, query], 10, [2, row])).toEqual([index.nearest(other, 10, 2), found])
  }
})

test('the length of a vector does not matter, and one of zeros is like none', () => {
  const index = new VectorIndex(3, 3)
  index.add(Float32Array.of(0, 0, 0))
  index.add(Float32Array.of(1e-6, 0, 0))
  index.add(Float32Array.of(-500, 500, 0))
  const [first, ...rest] = index.nearest(Float32Array.of(9, 0, 0), 3)
  expect(first).toMatchObject({ row: 1, similarity: expect.closeTo(1, 3) })
  expect(rest).toMatchObject([
    { row: 0, similarity: 0 },
    { row: 2, similarity: expect.closeTo(-Math.SQRT1_2, 2) },
  ])
  expect([...index.vector(2)]).toEqual([expect.closeTo(-Math.SQRT1_2, 2), expect.closeTo(Math.SQRT1_2, 2), 0])
})

test('refuses vectors of another length, more than it has room for, and more than 4 GB', () => {
  const index = new VectorIndex(2, 1)
  expect(() => index.add(Float32Array.of(1))).toThrow('A vector has 1 values instead of 2.')
  index.add(Float32Array.of(1, 0))
  expect(() => index.add(Float32Array.of(1, 0))).toThrow('room for 1')
  expect(() => new VectorIndex(16_384, 300_000)).toThrow('need more than 4 GB')
  expect(new VectorIndex(1280, 2000).bytes / 2000).toBeLessThan(1400)
})
