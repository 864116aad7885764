import { expect, test } from 'vitest'
import { type Ballot, Tally } from './votes'

const ballot = (
  id: string,
  at: number,
  verdict: Ballot['verdict'],
  label = 'koala',
  correct: string | null = null,
): Ballot => ({
  id,
  at,
  model: 'm',
  revision: 'r',
  verdict,
  label,
  correct_label: correct,
})

test('counts the latest vote per id in any order, separately per revision', () => {
  const tally = new Tally()
  tally.add(ballot('a', 3, 'right'))
  tally.add(ballot('a', 2, 'wrong'))
  tally.add(ballot('b', 1, 'wrong', 'koala', 'wombat'))
  tally.add(ballot('c', 1, 'wrong', 'koala', 'wombat'))
  tally.add(ballot('d', 1, 'wrong', 'koala', 'bear'))
  tally.add(ballot('e', 1, 'wrong', 'indri'))
  tally.add({ ...ballot('f', 1, 'right'), revision: 'old' })
  expect(tally.summary('m', 'r')).toMatchObject({
    votes: 5,
    right: 1,
    corrected: [
      {
        label: 'koala',
        votes: 3,
        to: [
          { label: 'wombat', votes: 2 },
          { label: 'bear', votes: 1 },
        ],
      },
      { label: 'indri', votes: 1, to: [] },
    ],
  })
  expect(tally.summary('m', 'old')?.votes).toBe(1)
  expect(tally.summary('other', 'r')).toBeNull()
  tally.forget(2)
  expect(tally.summary('m', 'r')?.votes).toBe(1)
})
