import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import { plan } from '@/lib/server/image/geometry'
import type { Interpolation, Preprocessor } from '@/lib/server/image/preprocessor'
import { resample } from '@/lib/server/image/resample'

const GOLDEN = 'tests/parity/golden'

interface Case extends Pick<Preprocessor, 'resize' | 'crop'> {
  input: string
  expected: string
  interpolation: Interpolation
}

const cases = JSON.parse(readFileSync(join(GOLDEN, 'cases.json'), 'utf8')) as Case[]

async function pixels(file: string): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, info } = await sharp(join(GOLDEN, file))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
}

describe('our resampler is Pillow, bit for bit', () => {
  test.each(cases)('$expected', async ({ input, expected, interpolation, ...preprocessor }) => {
    const source = await pixels(input)
    const geometry = plan(source, preprocessor)
    const ours = resample(source.data, source, geometry, interpolation)
    const theirs = await pixels(expected)
    expect({ width: geometry.crop.width, height: geometry.crop.height }).toEqual({
      width: theirs.width,
      height: theirs.height,
    })
    expect(Buffer.compare(ours, theirs.data)).toBe(0)
  })
})

/** How many times smaller the picture becomes, on the axis where it does most. */
async function shrinkage({ input, resize, crop }: Case): Promise<number> {
  const source = await pixels(input)
  const { target } = plan(source, { resize, crop })
  return Math.max(source.width / target.width, source.height / target.height)
}

describe('what a model gets is near to what Pillow gives it', () => {
  test.each(cases)('$expected', async (one) => {
    const { input, expected, ...preprocessor } = one
    const file = readFileSync(join(GOLDEN, input))
    const { pixels: ours } = await decode(file, { ...preprocessor, normalisation: null }, 1e6)
    const difference = meanDifference(ours, (await pixels(expected)).data)
    // libvips averages before it filters where it shrinks by more than 4, and noise has nothing but edges.
    const limit = input === 'noise.png' ? 1 : (await shrinkage(one)) > 4 ? 0.4 : 0.3
    expect(difference).toBeLessThanOrEqual(limit)
  })
})
