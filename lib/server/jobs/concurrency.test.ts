import { expect, test } from 'vitest'
import { runConcurrently } from './concurrency'

const never = new AbortController().signal
async function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield i
}

test('runs each input once, and never more at a time than allowed', async () => {
  const done: number[] = []
  let [running, most] = [0, 0]
  await runConcurrently(
    numbers(50),
    4,
    async (n) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      done.push(n)
    },
    never,
  )
  expect(done.sort((a, b) => a - b)).toEqual([...Array(50).keys()])
  expect(most).toBe(4)
})

test('stops after a failure once running inputs end, and starts no more after an abort', async () => {
  const taken: number[] = []
  const failing = runConcurrently(
    numbers(50),
    2,
    async (n) => {
      taken.push(n)
      if (n === 3) throw new Error('three')
    },
    never,
  )
  await expect(failing).rejects.toThrow('three')
  expect(taken.length).toBeLessThan(8)
  const controller = new AbortController()
  const seen: number[] = []
  await runConcurrently(
    numbers(50),
    2,
    async (n) => {
      seen.push(n)
      if (n === 5) controller.abort()
    },
    controller.signal,
  )
  expect(seen.length).toBeLessThan(9)
})
