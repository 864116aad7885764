import { expect, test } from 'vitest'
import { agreementGroups, labelScores, type ModelResult } from './agreement'

function opinion(model: string, scores: Record<string, number>): ModelResult {
  const predictions = Object.entries(scores).map(([label, score], index) => ({ label, score, index }))
  return { model, result: { model: {}, predictions } as unknown as ModelResult['result'] }
}

const fast = opinion('fast', { koala: 0.6, wombat: 0.3, indri: 0.05 })
const balanced = opinion('balanced', { wombat: 0.5, koala: 0.4 })
const accurate = opinion('accurate', { koala: 0.9, bear: 0.02 })

test('sorts groups by size, then by score', () => {
  expect(agreementGroups([fast, balanced, accurate])).toEqual([
    { label: 'koala', models: ['fast', 'accurate'] },
    { label: 'wombat', models: ['balanced'] },
  ])
  expect(agreementGroups([balanced, fast])[0]).toEqual({ label: 'koala', models: ['fast'] })
  expect(agreementGroups([opinion('none', {})])).toEqual([])
})

test('groups models of which several labels may apply by all that do, in any order', () => {
  const several = (model: string, labels: readonly string[]) => {
    const predictions = ['cat', 'dog', 'sofa'].map((label, index) => ({
      label,
      index,
      score: 0.9,
      selected: labels.includes(label),
    }))
    const result = {
      model: { problem_type: 'multi_label_classification' },
      predictions: predictions.toSorted((a, b) => labels.indexOf(b.label) - labels.indexOf(a.label)),
    }
    return { model, result: result as unknown as ModelResult['result'] }
  }
  const results = [several('a', ['dog', 'cat']), several('b', ['cat', 'dog']), several('c', [])]
  expect(agreementGroups(results)).toEqual([{ label: 'cat, dog', models: ['a', 'b'] }])
})

test('lists each label that a model ranks first with all scores', () => {
  expect(labelScores([fast, balanced, accurate], 2, 10)).toEqual([
    { label: 'koala', scores: [0.6, 0.4, 0.9], spread: 0.5 },
    { label: 'wombat', scores: [0.3, 0.5, null], spread: 0.5 },
    { label: 'bear', scores: [null, null, 0.02], spread: 0.02 },
  ])
  expect(labelScores([fast, accurate], 3, 1)).toHaveLength(1)
})
