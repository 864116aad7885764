import { afterEach, expect, test, vi } from 'vitest'
import { RateMeter } from './rate-meter'

afterEach(() => {
  vi.useRealTimers()
})

test('measures the last ten seconds exactly, for few and for thousands of events; null if there were none', () => {
  vi.useFakeTimers()
  const rate = new RateMeter()
  expect(rate.get()).toBeNull()
  for (let ms = 0; ms < 20_000; ms++) {
    vi.setSystemTime(1_000_000 + ms)
    for (let i = 0; i < 5; i++) rate.add()
  }
  expect(rate.get()).toBeGreaterThan(4950)
  expect(rate.get()).toBeLessThan(5050)
  vi.setSystemTime(1_000_000 + 30_500)
  expect(rate.get()).toBeNull()
  rate.add()
  vi.setSystemTime(1_000_000 + 32_500)
  expect(rate.get()).toBeCloseTo(0.5)
})
