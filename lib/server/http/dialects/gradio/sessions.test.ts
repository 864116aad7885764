import { expect, test } from 'vitest'
import { follow, sessions } from './sessions'

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => ({ n: from + at }))

test('a session that nobody reads keeps its latest thousand messages', async () => {
  const all = sessions(null)
  for (let from = 0; from < 2500; from += 100) await all.add('one', numbered(100, from))
  const texts = await all.take('one')
  expect(texts).toEqual(numbered(1000, 1500).map((message) => JSON.stringify(message)))
  expect(await all.take('one')).toEqual([])
})

test('all sessions together are bounded: those longest without news go first', async () => {
  const all = sessions(null)
  const large = { text: 'x'.repeat(1_000_000) }
  for (let session = 0; session < 20; session++) await all.add(`session-${session}`, [large])
  const kept = await Promise.all(Array.from({ length: 20 }, async (_, at) => (await all.take(`session-${at}`)).length))
  expect(kept.slice(0, 4)).toEqual([0, 0, 0, 0])
  expect(kept.slice(10)).toEqual(Array(10).fill(1))
})

test('a stream gives messages as they come, ends when none do, and when it is told to', async () => {
  const all = sessions(null)
  await all.add('one', numbered(2))
  const seen: string[] = []
  for await (const texts of follow(all, 'one', () => false)) {
    seen.push(...texts)
    if (seen.length === 2) void all.add('one', numbered(1, 2))
  }
  expect(seen).toEqual(numbered(3).map((message) => JSON.stringify(message)))
  await all.add('one', numbered(1))
  for await (const _ of follow(all, 'one', () => true)) throw new Error('ended')
})
