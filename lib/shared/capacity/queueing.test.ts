import { expect, test } from 'vitest'
import { randomNumbers } from '../metrics/random'
import { highestRate, responseQuantile, waitProbability } from './queueing'

/** Simulated response times: random arrivals, each served by the server that is free first. */
function simulated(
  { servers, rate, service }: { servers: number; rate: number; service: number },
  arrivals: number,
): number[] {
  const random = randomNumbers(7)
  const exponential = (mean: number) => -mean * Math.log(1 - random())
  const free = new Float64Array(servers)
  let now = 0
  return Array.from({ length: arrivals }, () => {
    now += exponential(1 / rate)
    const first = free.indexOf(Math.min(...free))
    const start = Math.max(now, free[first] ?? 0)
    free[first] = start + exponential(service)
    return (free[first] ?? 0) - now
  })
}

test.each([
  { servers: 1, rate: 70, service: 0.01 },
  { servers: 2, rate: 250, service: 0.0065 },
  { servers: 4, rate: 500, service: 0.0065 },
  { servers: 16, rate: 1350, service: 0.01 },
  { servers: 2, rate: 100, service: 0.01 },
])('the quantiles match a simulation: %o', (queue) => {
  const times = simulated(queue, 400_000).sort((a, b) => a - b)
  for (const share of [0.5, 0.9, 0.99]) {
    const expected = times[Math.floor(share * times.length)] as number
    expect(responseQuantile(queue, share) / expected, `p${100 * share}`).toBeCloseTo(1, 1)
  }
})

test('matches known values and edge cases', () => {
  // M/M/1: the probability of waiting is the load; the response time is exponential.
  expect(waitProbability(1, 0.7)).toBeCloseTo(0.7)
  expect(responseQuantile({ servers: 1, rate: 50, service: 0.01 }, 0.99)).toBeCloseTo(Math.log(100) / 50, 6)
  expect(waitProbability(500, 450)).toBeGreaterThan(0)
  expect(responseQuantile({ servers: 2, rate: 200, service: 0.01 }, 0.99)).toBe(Number.POSITIVE_INFINITY)
  const rate = highestRate({ servers: 2, service: 0.01 }, 0.99, 0.1)
  expect(responseQuantile({ servers: 2, service: 0.01, rate }, 0.99)).toBeCloseTo(0.1, 3)
  expect(highestRate({ servers: 2, service: 0.01 }, 0.99, 0.02)).toBe(0)
})
