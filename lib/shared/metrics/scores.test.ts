import { expect, test } from 'vitest'
import { sixDigits, softmax, topK } from './scores'

/** Pseudorandom numbers, the same in every run. */
function numbers(count: number, seed: number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

test('softmax sums to one, preserves the order and handles large logits', () => {
  for (let seed = 1; seed < 50; seed++) {
    const logits = Float32Array.from(numbers(200, seed), (value) => 2000 * value - 1000)
    const scores = softmax(logits, 1)
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 12)
    expect(scores.indexOf(Math.max(...scores))).toBe(logits.indexOf(Math.max(...logits)))
  }
})

test('softmax matches known values, with and without a temperature', () => {
  const close = (scores: Float64Array, expected: number[]) =>
    expect(scores.every((score, i) => Math.abs(score - (expected[i] ?? 0)) < 1e-8)).toBe(true)
  close(softmax(Float32Array.of(0, 0), 1), [0.5, 0.5])
  close(softmax(Float32Array.of(Math.log(8), 0), 3), [2 / 3, 1 / 3])
})

test('sixDigits rounds to six significant digits at every size', () => {
  for (const score of [
    0,
    1,
    0.1,
    1e-7,
    0.999_999_9,
    1e-300,
    ...numbers(500, 3),
    ...numbers(500, 4).map((x) => x ** 9),
  ]) {
    const rounded = sixDigits(score)
    if (score > 1e-17) expect(JSON.stringify(rounded)).toBe(JSON.stringify(Number(score.toPrecision(6))))
    expect(Math.abs(rounded - score)).toBeLessThanOrEqual(score * 5.001e-6)
  }
})

test('topK equals the start of a stable sort', () => {
  for (let seed = 1; seed < 50; seed++) {
    // Rounded to create ties.
    const scores = Float64Array.from(numbers(60, seed), (value) => Math.round(10 * value))
    const sorted = Array.from(scores, (score, index) => ({ index, score })).sort(
      (a, b) => b.score - a.score || a.index - b.index,
    )
    for (const k of [1, 5, 60, 100]) expect(topK(scores, k)).toEqual(sorted.slice(0, k))
  }
})
