import { expect, test } from 'vitest'
import { nearest } from './nearest'

const OPTIONS = ['model', 'top_k', 'threshold', 'preview', 'stream']

test.each([
  ['topk', 'top_k'],
  ['topK', 'top_k'],
  ['Top-K', 'top_k'],
  ['tpo_k', 'top_k'],
  ['top_kk', 'top_k'],
  ['thresh', 'threshold'],
  ['treshhold', 'threshold'],
  ['modle', 'model'],
  ['model_name', 'model'],
  ['steam', 'stream'],
  ['perview', 'preview'],
])('%s: %s', (name, meant) => {
  expect(nearest(name, OPTIONS)).toBe(meant)
})

test.each(['', 'k', 'x', 'utm_source', 'api_key', '__proto__', 'm'.repeat(100_000), '….'])('%s: nothing', (name) => {
  expect(nearest(name, OPTIONS)).toBeUndefined()
})

test.each([
  ['stage', 'staging'],
  ['production', 'prod'],
  ['development', 'dev'],
])('%s: %s, by the first four letters', (name, meant) => {
  expect(nearest(name, ['dev', 'staging', 'prod'], { samePrefix: 4 })).toBe(meant)
})

test('stage: nothing, unless the same prefix is enough', () => {
  expect(nearest('stage', ['staging'])).toBeUndefined()
})
