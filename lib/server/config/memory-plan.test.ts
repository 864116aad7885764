import { expect, test } from 'vitest'
import { insufficientMemory, planMemory, workerBytes } from './memory-plan'

test.each([
  [380e6, { workers: 1, scarce: true, queueBytes: 76e6, pixels: 19e6 }],
  [512e6, { workers: 1, scarce: true, queueBytes: 102.4e6, pixels: 25.6e6 }],
  [768e6, { workers: 2, scarce: true }],
  [1e9, { workers: 4, scarce: false, queueBytes: 250e6, pixels: 50e6 }],
  [4e9, { workers: 19, scarce: false, queueBytes: 1e9 }],
])('%d bytes', (memory, plan) => {
  expect(planMemory(memory)).toMatchObject(plan)
  expect(insufficientMemory(planMemory(memory))).toBeNull()
  // All workers and the server fit into the memory.
  if (plan.scarce) expect(plan.workers * workerBytes(planMemory(memory), plan.workers) + 200e6).toBeLessThan(memory)
})

test('keeps a configured limit, which also limits the pixels', () => {
  expect(planMemory(512e6, 40e6)).toMatchObject({ queueBytes: 40e6, pixels: 10e6 })
})

test('refuses too little memory', () => {
  expect(insufficientMemory(planMemory(256e6))).toBe(
    'The server needs at least 380 MB of memory but has 256 MB. With less, the system would kill it on the first photos.',
  )
})
