import { expect, test } from 'vitest'
import { softmax } from '../../metrics/scores'
import { writeGroupsHead, writeLinearHead } from '../head-file'
import { readHead } from './read-head'

test('a linear head scores an embedding as the file says', () => {
  const weights = Float32Array.of(1, 0, 0, 2)
  const file = writeLinearHead({ dimensions: 2, kinds: 0, weights, bias: Float32Array.of(0, 0.5), likeness: null })
  const head = readHead('linear', file, 2)
  if (head.kind === 'groups') throw new Error('expected a linear head')
  // Features are square roots, scaled to length 1: 4 and 0 become 1 and 0.
  const { logits, likeness } = head.score({ embedding: Float32Array.of(4, 0) })
  expect([...logits, likeness]).toEqual([1, 0.5, null])
})

test('groups add up the calibrated scores of the base, which must have as many labels', () => {
  const head = readHead('groups', writeGroupsHead(Int32Array.of(0, 1, 1)), 2)
  if (head.kind !== 'groups') throw new Error('expected groups')
  const logits = Float32Array.of(1, 2, 3)
  const scores = softmax(logits, 2)
  const [first = 0, second = 0] = softmax(head.group(logits, 2), 1)
  expect(first).toBeCloseTo(scores[0] ?? 0, 6)
  expect(second).toBeCloseTo((scores[1] ?? 0) + (scores[2] ?? 0), 6)
  expect(() => head.group(Float32Array.of(1, 2), 1)).toThrow('its base has 2')
})
