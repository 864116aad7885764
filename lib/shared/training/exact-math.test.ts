import { expect, test } from 'vitest'
import { exactExp, exactLog } from './exact-math'

/** The largest relative difference to the engine's own function, in units of the last place. */
function worst(xs: readonly number[], exact: (x: number) => number, own: (x: number) => number): number {
  return Math.max(...xs.map((x) => Math.abs(exact(x) / own(x) - 1) / Number.EPSILON))
}

const spread = (from: number, to: number) => Array.from({ length: 5000 }, (_, i) => from + ((to - from) * i) / 5001)

/** Computed with the C library, which rounds them correctly. */
const hex = (value: number) =>
  Buffer.from(new Float64Array([value]).buffer)
    .reverse()
    .toString('hex')
const BITS = ['3fe7b4c869c37c05', '3e1195920309b9da', 'bff34378fcbda721', '4022d79559791e31']

test('agrees with the engine to the last digits', () => {
  expect(worst(spread(-708, 709), exactExp, Math.exp)).toBeLessThan(2)
  expect(worst(spread(1e-3, 0.9), exactLog, Math.log)).toBeLessThan(2)
  expect(worst(spread(1.1, 1e6), exactLog, Math.log)).toBeLessThan(2)
  expect(worst([5e-324, 1e-310, 1.7e308], exactLog, Math.log)).toBeLessThan(2)
})

test('gives these bits on every machine, and handles the limits', () => {
  expect([exactExp(-0.3), exactExp(-20.7), exactLog(0.3), exactLog(12_345.678)].map(hex)).toEqual(BITS)
  expect([exactExp(0), exactExp(-746), exactExp(710), exactLog(1), exactLog(0)]).toEqual([1, 0, Infinity, 0, -Infinity])
  expect([exactExp(-740) > 0, exactExp(Number.NaN), exactLog(-1), exactLog(Infinity)]).toEqual([
    true,
    NaN,
    NaN,
    Infinity,
  ])
})
