import { expect, test } from 'vitest'
import { randomNumbers } from '../metrics/random'
import { checkLabels, type LabelCheck } from './label-issues'

const DIMENSIONS = 24
const LABELS = ['ant', 'bee', 'cat', 'dog']

/** Photos around the center of their label. */
function examplesOf(count: number, noise = 0.9) {
  const random = randomNumbers(5)
  const centers = LABELS.map(() => Float32Array.from({ length: DIMENSIONS }, () => random() ** 2))
  return Array.from({ length: count }, (_, at) => {
    const label = at % LABELS.length
    const embedding = (centers[label] as Float32Array).map((value) => Math.max(0, value + noise * (random() - 0.5)))
    return { label: LABELS[label] as string, sha256: at.toString(16).padStart(64, '0'), embedding }
  })
}

function check(examples: ReturnType<typeof examplesOf>, copies = Int32Array.from(examples.keys())): LabelCheck {
  const work = checkLabels(examples, copies)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

test('finds changed labels, suggests the right ones, and counts which are mixed up', () => {
  const examples = examplesOf(200)
  const wrong = [3, 7, 50, 101]
  for (const at of wrong) (examples[at] as { label: string }).label = 'ant'
  // Photos 3 and 7 are dogs, 50 is a cat, 101 is a bee.
  const { issues, mixedUp, checked } = check(examples)
  expect(checked).toBe(200)
  expect(
    issues
      .slice(0, 4)
      .map(({ example }) => example)
      .sort((a, b) => a - b),
  ).toEqual(wrong)
  expect(issues.find(({ example }) => example === 50)).toMatchObject({ suggested: 'cat', score: expect.any(Number) })
  expect(issues.map(({ score }) => score)).toEqual(issues.map(({ score }) => score).sort((a, b) => b - a))
  expect(issues.every(({ score }) => score > 0.5 && score <= 1)).toBe(true)
  expect(mixedUp[0]).toEqual({ label: 'ant', looksLike: 'dog', photos: 2 })
})

test('suspects no label of a clean data set, and none where nothing can be held out', () => {
  expect(check(examplesOf(200)).issues).toEqual([])
  const examples = examplesOf(8)
  // All photos of each label are copies of one photo.
  expect(
    check(
      examples,
      Int32Array.from(examples.keys(), (at) => at % 4),
    ),
  ).toMatchObject({ checked: 0, issues: [] })
})

test('copies of a photo do not confirm its wrong label', () => {
  const examples = examplesOf(80, 0.35)
  const copies = Int32Array.from(examples.keys())
  for (const at of [4, 8, 12]) {
    examples[at] = { ...(examples[1] as (typeof examples)[number]), sha256: `c${at}`.padStart(64, '0'), label: 'ant' }
    copies[at] = 4
  }
  const found = check(examples, copies).issues.map(({ example }) => example)
  expect(found).toEqual(expect.arrayContaining([4, 8, 12]))
})
