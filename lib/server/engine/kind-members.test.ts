import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kindScores } from '@/lib/shared/inference/kind-scores'
import { kindMembers, listKinds } from './kind-members'

const IDS = readFileSync('models/imagenet-classes.csv', 'utf8').match(/n\d{8}/g) ?? []
const members = kindMembers(IDS.map((id) => [id, 'another name']))

test('the kinds are those that saved custom models learned from', () => {
  // If this changes, custom models that people trained stop working until they are trained again.
  const hash = createHash('sha256')
    .update(JSON.stringify([listKinds(), members]))
    .digest('hex')
    .slice(0, 16)
  expect([listKinds().length, hash]).toEqual([189, '79f40b24b08bad56'])
})

test('the score of a kind is the sum of the scores of its classes', () => {
  const logits = new Float32Array(1000).fill(-30)
  // A great white shark and a hen, twice as likely.
  logits[2] = 0
  logits[8] = Math.LN2
  const scores = kindScores(logits, members ?? [])
  const of = (kind: string) => scores[listKinds().indexOf(kind)]
  expect([of('animal'), of('fish'), of('shark'), of('bird'), of('dog')]).toEqual(
    [1, 1 / 3, 1 / 3, 2 / 3, 0].map((value) => expect.closeTo(value, 5)),
  )
})

test('labels of other data sets have no kinds, and neither has a mix', () => {
  expect(kindMembers([['tench'], ['goldfish']])).toBeNull()
  expect(kindMembers([['n01440764'], ['my cat']])).toBeNull()
  expect(kindMembers([])).toBeNull()
  expect(kindMembers([['n01440764'], ['n01443537']])).toHaveLength(189)
})
