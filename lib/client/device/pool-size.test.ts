import { expect, test } from 'vitest'
import { poolSize } from './pool-size'

test('leaves the page a core, and fits into the memory', () => {
  expect(poolSize({ hardwareConcurrency: 1, deviceMemory: 8 })).toBe(1)
  expect(poolSize({ hardwareConcurrency: 2, deviceMemory: 8 })).toBe(2)
  expect(poolSize({ hardwareConcurrency: 8, deviceMemory: 8 })).toBe(7)
  expect(poolSize({ hardwareConcurrency: 8, deviceMemory: 2 })).toBe(2)
  expect(poolSize({ hardwareConcurrency: 8, deviceMemory: 0.5 })).toBe(1)
  expect(poolSize({ hardwareConcurrency: 8 })).toBe(4)
  expect(poolSize({ hardwareConcurrency: 64, deviceMemory: 32 })).toBe(8)
})
