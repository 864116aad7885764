import { expect, test } from 'vitest'
import { groupLabels, groupScores } from './groups'

const LABELS = ['beagle', 'pug', 'robin', 'wren', 'car']

test('the score of a group is the sum of its labels, and the rest is other', () => {
  const groups = groupLabels(
    LABELS,
    new Map([
      ['dog', ['pug', 'beagle']],
      ['bird', ['robin', 'wren']],
    ]),
  )
  expect(groups.names).toEqual(['dog', 'bird', 'other'])
  expect([...groupScores(Float64Array.of(0.1, 0.2, 0.3, 0.15, 0.25), groups)]).toEqual([
    expect.closeTo(0.3, 9),
    expect.closeTo(0.45, 9),
    0.25,
  ])
  const complete = groupLabels(
    ['a', 'b'],
    new Map([
      ['x', ['a']],
      ['y', ['b']],
    ]),
  )
  expect(complete.names).toEqual(['x', 'y'])
})

test.each([
  [new Map(), 'There are no groups.'],
  [new Map([['dog', []]]), 'The group "dog" has no labels.'],
  [new Map([['dog', ['cat']]]), 'The model has no label "cat".'],
  [
    new Map([
      ['dog', ['pug']],
      ['small', ['pug']],
    ]),
    'The label "pug" is in two groups, or twice in one.',
  ],
  [
    new Map([['Other', ['pug']]]),
    'Labels that are in no group become "other". Leave out the group "Other", or rename it.',
  ],
  [new Map([['thing', LABELS]]), 'All labels are in the same group.'],
])('refuses %s', (members, detail) => {
  expect(() => groupLabels(LABELS, members as Map<string, string[]>)).toThrow(expect.objectContaining({ detail }))
})
