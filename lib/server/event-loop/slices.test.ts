import { expect, test } from 'vitest'
import { yieldingBetween } from './slices'

test('ten that work for 50 ms each at once are all done, and no round of the loop does more than a few', async () => {
  let inTurn = 0
  let most = 0
  let watching = true
  function round(): void {
    most = Math.max(most, inTurn)
    inTurn = 0
    if (watching) setImmediate(round)
  }
  function* work(count: number): Generator<number> {
    for (let i = 0; i < count; i++) {
      const end = performance.now() + 1
      while (performance.now() < end);
      inTurn++
      yield i
    }
  }
  setImmediate(round)
  const counts = await Promise.all(
    Array.from({ length: 10 }, async () => {
      let count = 0
      for await (const i of yieldingBetween(work(50))) expect(i).toBe(count++)
      return count
    }),
  )
  watching = false
  expect(counts).toEqual(new Array(10).fill(50))
  // A millisecond each: a slice has eight, and each of the ten may bring one from before it asked.
  expect(most).toBeLessThan(25)
})
