import { expect, test } from 'vitest'
import { yieldingBetween } from './slices'

test('ten tasks of 50 ms all finish, and no turn of the event loop works for more than a few milliseconds', async () => {
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
  // A slice is eight steps of a millisecond, and each of the ten tasks may add one from before it yielded.
  expect(most).toBeLessThan(25)
})
