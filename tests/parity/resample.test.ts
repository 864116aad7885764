import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import type { Area } from '@/lib/shared/crop/crop'
import { plan, planBox, type Size } from '@/lib/shared/image/geometry'
import type { Interpolation, Preprocessor } from '@/lib/shared/image/preprocessor'
import { resample } from '@/lib/shared/image/resample'

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

describe('the resampler matches Pillow bit for bit', () => {
  test.each(cases)('$expected', async ({ input, expected, interpolation, ...preprocessor }) => {
    const source = await pixels(input)
    const geometry = plan(source, { ...preprocessor, cropRounding: 'even' })
    const ours = resample(source.data, source, geometry, interpolation)
    const theirs = await pixels(expected)
    expect({ width: geometry.crop.width, height: geometry.crop.height }).toEqual({
      width: theirs.width,
      height: theirs.height,
    })
    expect(Buffer.compare(ours, theirs.data)).toBe(0)
  })
})

const AS_PIXELS = { normalisation: null, cropRounding: 'even', channels: 'rgb' } as const

test.each(cases)('the decoder matches as well: $expected', async ({ input, expected, ...preprocessor }) => {
  const file = readFileSync(join(GOLDEN, input))
  const { pixels: ours, free } = await decode(file, { ...preprocessor, ...AS_PIXELS }, 1e6)
  expect(Buffer.compare(ours, (await pixels(expected)).data)).toBe(0)
  // The next case gets this memory.
  free()
})

interface BoxCase extends Pick<Case, 'input' | 'expected' | 'interpolation'> {
  box: Area
  size: Size
}

const boxCases = JSON.parse(readFileSync(join(GOLDEN, 'box-cases.json'), 'utf8')) as BoxCase[]

test.each(boxCases)('a requested crop matches Pillow’s box bit for bit: $expected', async (each) => {
  const { input, expected, interpolation, box, size } = each
  const source = await pixels(input)
  const theirs = (await pixels(expected)).data
  expect(Buffer.compare(resample(source.data, source, planBox(box, size), interpolation), theirs)).toBe(0)
  const preprocessor = { resize: null, crop: null, interpolation, ...AS_PIXELS }
  const requested = { area: box, input: size }
  const decoded = await decode(readFileSync(join(GOLDEN, input)), preprocessor, 1e6, undefined, requested)
  expect(Buffer.compare(decoded.pixels, theirs)).toBe(0)
})

test('resamples a source larger than a strip like a small one', () => {
  // Constant along one axis, so that the expected pixels are those of a single row or column.
  for (const [width, height] of [
    [3000, 900],
    [700, 4000],
  ] as const) {
    const wide = width > height
    const source = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3)
      return wide ? (pixel % width) % 251 : Math.floor(pixel / width) % 251
    })
    const geometry = plan(
      { width, height },
      { resize: { shortestEdge: 64 }, crop: { width: 48, height: 48 }, cropRounding: 'even' },
    )
    const out = resample(source, { width, height }, geometry, 'bicubic')
    const row = (y: number) => Buffer.from(out.subarray(y * 48 * 3, (y + 1) * 48 * 3))
    const column = (x: number) => Buffer.from(out.filter((_, i) => Math.floor(i / 3) % 48 === x))
    for (let i = 1; i < 48; i++) expect(wide ? row(i).equals(row(0)) : column(i).equals(column(0))).toBe(true)
  }
})
