import { expect, test } from 'vitest'
import { Importance } from './importance'
import { CELLS, maskCount, maskOf } from './masks'
import { blurredBaseline, occlude } from './occlude'

const size = { width: 40, height: 30 }
const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 251)

test('occludes everything, nothing or a part, depending on the mask', () => {
  const baseline = blurredBaseline(pixels, size)
  const mask = (value: number) => new Float32Array(CELLS * CELLS).fill(value)
  expect(occlude(pixels, baseline, size, mask(1))).toEqual(pixels)
  expect(occlude(pixels, baseline, size, mask(0))).toEqual(baseline)
  const left = mask(1).map((_, i) => (i % CELLS < CELLS / 2 ? 1 : 0))
  const half = occlude(pixels, baseline, size, left)
  expect(half.subarray(0, 30)).toEqual(pixels.subarray(0, 30))
  expect(half.subarray(90, 120)).toEqual(baseline.subarray(90, 120))
})

test('blurs an image down to its colors', () => {
  const plain = new Uint8Array(pixels.length).fill(77)
  expect(blurredBaseline(plain, size)).toEqual(plain)
})

test.each(['rise', 'occlusion'] as const)(
  '%s hides all cells about equally often and finds the decisive one',
  (method) => {
    const importance = new Importance()
    const wanted = 10 * CELLS + 17
    const seen = new Float64Array(CELLS * CELLS)
    for (let i = 0; i < maskCount(method); i++) {
      const mask = maskOf(method, i)
      expect(mask).toEqual(maskOf(method, i))
      for (const [cell, part] of mask.entries()) seen[cell]! += part / maskCount(method)
      importance.add(mask, mask[wanted] as number)
    }
    expect(Math.max(...seen) - Math.min(...seen)).toBeLessThan(method === 'rise' ? 0.2 : 1e-6)
    const map = importance.map()
    expect(Math.abs(map.indexOf(Math.max(...map)) - wanted)).toBeLessThanOrEqual(1)
  },
)
