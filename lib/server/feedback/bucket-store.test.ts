import { expect, test } from 'vitest'
import type { Vote } from '@/lib/shared/contract/feedback'
import { ballotOf } from '@/lib/shared/metrics/votes'
import { ballotOfKey, keyOf } from './bucket-store'

const vote: Vote = {
  id: 'an-id-of-sixteen-letters',
  time: '2026-11-25T12:00:00.000Z',
  model: 'my/own~model.v2',
  revision: `sha256:${'a'.repeat(64)}`,
  label: 'Straße ~ 100 % / "x"',
  index: 3,
  score: 0.5,
  verdict: 'wrong',
  correct_label: null,
  correct_index: null,
  request_id: '',
  photo: null,
}

test('a key contains the counted parts of a vote, with any characters', () => {
  for (const correct_label of [null, 'ü~/.']) {
    const key = keyOf({ ...vote, correct_label })
    expect(key).toMatch(/^feedback\/votes\/2026-11-25\/2026-11-25T12:00:00\.000Z~[\w%~-]+$/)
    expect(ballotOfKey(key)).toEqual(ballotOf({ ...vote, correct_label }))
  }
  expect(keyOf({ ...vote, label: 'ü'.repeat(500) }).length).toBeLessThan(1024)
  expect(ballotOfKey('feedback/votes/2026-11-25/something else')).toBeNull()
})
