import { expect, test } from 'vitest'
import { randomNumbers } from '../metrics/random'
import type { Work } from '../training/work'
import { layOut } from './lay-out'
import { type StoredVectors, spread } from './vectors-file'

const KINDS = 5
const DIMENSIONS = 96

/** Vectors around five centers in turn. */
function stored(count: number, noise = 0.3): StoredVectors {
  const random = randomNumbers(5)
  const centers = Array.from({ length: KINDS }, () => Float32Array.from({ length: DIMENSIONS }, () => random()))
  const rows = Array.from({ length: count }, (_, at) => {
    const vector = (centers[at % KINDS] as Float32Array).map((value) => value + noise * (random() - 0.5))
    const scale = 1 / 127 / Math.hypot(...vector)
    return { values: Int8Array.from(vector, (value) => 90 * value), scale: (127 / 90) * scale }
  })
  return {
    dimensions: DIMENSIONS,
    indices: Int32Array.from(rows.keys()),
    of: count,
    stored: (at) => rows[at] as (typeof rows)[number],
  }
}

/** Without pauses. */
function run<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** The share of photos whose nearest photo on the map is of their kind. */
function kept(points: Float32Array): number {
  const size = points.length / 2
  const distance = (a: number, b: number) =>
    Math.hypot((points[2 * a] ?? 0) - (points[2 * b] ?? 0), (points[2 * a + 1] ?? 0) - (points[2 * b + 1] ?? 0))
  const all = Array.from({ length: size }, (_, at) => at)
  const right = all.filter((at) => {
    const others = all.filter((other) => other !== at)
    const nearest = others.reduce((best, other) => (distance(at, other) < distance(at, best) ? other : best))
    return nearest % KINDS === at % KINDS
  })
  return right.length / size
}

test('similar photos lie next to each other, the same vectors give the same map, and its progress only grows', () => {
  const seen: number[] = []
  const points = run(layOut(stored(120), (done) => seen.push(done)))
  expect(points).toHaveLength(240)
  expect(points.every(Number.isFinite)).toBe(true)
  expect(kept(points)).toBe(1)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect([seen.length > 10, seen.at(-1)]).toEqual([true, 1])
  expect(run(layOut(stored(120)))).toEqual(points)
})

test.each([0, 1, 2, 15, 16])('a batch of %i photos has a map', (count) => {
  const points = run(layOut(stored(count)))
  expect(points).toHaveLength(2 * count)
  expect(points.every(Number.isFinite)).toBe(true)
})

test('photos that are all the same have a map', () => {
  const points = run(layOut(stored(40, 0)))
  expect(points.every(Number.isFinite)).toBe(true)
})

test('a sample is spread evenly, from the first to the last', () => {
  expect(spread(10, 5)).toEqual([0, 2, 4, 6, 8])
  expect(spread(3, 5)).toEqual([0, 1, 2])
  const many = spread(200_000, 10_000)
  expect([new Set(many).size, many[0], many.at(-1)]).toEqual([10_000, 0, 199_980])
})
