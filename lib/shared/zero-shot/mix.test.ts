import { expect, test } from 'vitest'
import { mixPhotos } from './mix'
import { cosineLogits, rowsOf, type Similarity } from './similarity'

const SIMILARITY: Similarity = { scale: 20, bias: 0, activation: 'softmax' }
const labels = ['a', 'b', 'c']
const DIMENSIONS = 8

/** Numbers that look random and are the same every time. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43758.5453
  return value - Math.floor(value) - 0.5
}

/** A photo of a label: along the label's axis, in the part of the space where all photos are. */
function photo(label: number, seed: number, spread = 0.4): Float32Array {
  const values = Float32Array.from({ length: DIMENSIONS }, (_, i) => spread * noise(seed * 31 + i))
  values[label] = (values[label] as number) + 1
  values[DIMENSIONS - 1] = 4
  return values
}

const example = (label: number, seed: number) => ({
  label: labels[label] ?? '',
  sha256: String(seed),
  embedding: photo(label, seed),
})
const axis = (at: number) => Float32Array.from({ length: DIMENSIONS }, (_, i) => (i === at ? 1 : 0))

function accuracy(weights: Float32Array, of = [0, 1, 2]): number {
  const tests = Array.from({ length: 90 }, (_, at) => ({ label: of[at % of.length] as number, seed: 1000 + at }))
  const right = tests.filter(({ label, seed }) => {
    const logits = cosineLogits({ ...SIMILARITY, dimensions: DIMENSIONS, weights }, photo(label, seed))
    return logits.indexOf(Math.max(...logits)) === label
  })
  return right.length / tests.length
}

test('without photos, the rows are the words', () => {
  const words = rowsOf([axis(0), axis(1), axis(2)])
  expect(mixPhotos(words, labels, SIMILARITY, [])).toEqual({ weights: words, photoShare: 0, results: [] })
})

test('photos correct words that mean something else, and each photo is scored by rows that it had no part in', () => {
  // The words of a and b are mixed up.
  const words = rowsOf([axis(1), axis(0), axis(2)])
  expect(accuracy(words)).toBeLessThan(0.5)
  const examples = Array.from({ length: 30 }, (_, at) => example(at % 3, at))
  const { weights, photoShare, results } = mixPhotos(words, labels, SIMILARITY, examples)
  expect(photoShare).toBeGreaterThan(0)
  expect(accuracy(weights)).toBeGreaterThan(0.9)
  expect(results.map(({ truth }) => truth)).toEqual(examples.map((_, at) => at % 3))
  expect(results.filter(({ truth, predicted }) => truth === predicted).length).toBeGreaterThan(24)
})

test('photos that say nothing leave good words as they are', () => {
  const words = rowsOf([axis(0), axis(1), axis(2)])
  // Each label has photos of everything.
  const examples = Array.from({ length: 18 }, (_, at) => ({
    ...example(Math.floor(at / 3) % 3, at),
    label: labels[at % 3] ?? '',
  }))
  const { weights, photoShare } = mixPhotos(words, labels, SIMILARITY, examples)
  expect([photoShare, weights]).toEqual([0, words])
})

test('a label without photos keeps its place beside labels with many', () => {
  const words = rowsOf([axis(0), axis(1), axis(2)])
  const examples = Array.from({ length: 40 }, (_, at) => example(at % 2, at))
  const { weights } = mixPhotos(words, labels, SIMILARITY, examples)
  expect(accuracy(weights, [2])).toBeGreaterThan(0.9)
  expect(accuracy(weights)).toBeGreaterThan(0.9)
})
