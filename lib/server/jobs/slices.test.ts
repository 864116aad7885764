import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inSlices } from './slices'

function* work(count: number): Generator<number> {
  for (let i = 0; i < count; i++) {
    const end = performance.now() + 1
    while (performance.now() < end);
    yield i
  }
}

test('ten that work for 50 ms each at once are all done, and none holds the loop for long', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await sleep(10)
  delay.enable()
  const counts = await Promise.all(
    Array.from({ length: 10 }, async () => {
      let count = 0
      for await (const i of inSlices(work(50))) expect(i).toBe(count++)
      return count
    }),
  )
  delay.disable()
  expect(counts).toEqual(new Array(10).fill(50))
  expect(delay.max / 1e6).toBeLessThan(50)
})
