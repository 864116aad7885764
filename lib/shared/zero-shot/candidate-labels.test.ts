import { expect, test } from 'vitest'
import { joinLabels, splitLabels } from './candidate-labels'
import { choiceQuery, formatChoice, parseChoice } from './choice'

test.each([
  ['cat,dog', ['cat', 'dog']],
  [' cat ,  a dog\nbird,', ['cat', 'a dog', 'bird']],
  ['nuts,"bolts, M8", "5"" pipes" ,"x"', ['nuts', 'bolts, M8', '5" pipes', 'x']],
  ['a 5" pipe', ['a 5" pipe']],
  ['', []],
  [' , ,\n', []],
  ['"not closed, at all', ['"not closed', 'at all']],
])('%j has the labels %j', (text, labels) => {
  expect(splitLabels(text)).toEqual(labels)
})

test('labels as one text have the same labels again', () => {
  const labels = ['cat', 'bolts, M8', '5" pipes', '"quoted"', 'two\nlines', 'Müll & Co.']
  expect(splitLabels(joinLabels(labels))).toEqual(labels)
})

test('a choice of model and labels survives as text', () => {
  const words = { labels: ['bolts, M8', 'a=b&c?'], template: 'an X-ray of {}' }
  const choice = formatChoice({ model: 'clip', words })
  expect(parseChoice(choice)).toEqual({ model: 'clip', words })
  expect(choiceQuery(choice)).toEqual({
    model: 'clip',
    candidate_labels: '"bolts, M8",a=b&c?',
    hypothesis_template: 'an X-ray of {}',
  })
  expect(parseChoice('balanced')).toEqual({ model: 'balanced', words: null })
  expect(formatChoice({ model: 'balanced', words: null })).toBe('balanced')
})
