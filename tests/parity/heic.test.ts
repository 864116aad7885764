import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import { readHeader } from '@/lib/shared/image/header'
import { enableInLoopFilters } from '@/lib/shared/image/heic/in-loop-filters'
import { resample } from '@/lib/shared/image/resample'
import { gridOf } from '../support/heif'

/** Without resize or crop, so that pixels can be compared one by one. */
const AS_IT_IS = {
  resize: null,
  crop: null,
  interpolation: 'bicubic',
  normalisation: null,
  cropRounding: 'even',
  channels: 'rgb',
} as const
const GOLDEN = 'tests/parity/golden/heic'

interface Case {
  name: string
  width: number
  height: number
  /** Largest allowed difference of a level. */
  tolerance: number
}
const cases = JSON.parse(readFileSync(join(GOLDEN, 'cases.json'), 'utf8')) as Case[]

test.each(cases)('decodes $name as pillow-heif does, within $tolerance levels', async (golden) => {
  const { name, width, height, tolerance } = golden
  const file = readFileSync(join(GOLDEN, `${name}.heic`))
  const { pixels, source } = await decode(file, AS_IT_IS, 1e6)
  expect(source).toEqual({ width, height, format: 'heic' })
  const expected = await sharp(join(GOLDEN, `${name}-expected.png`))
    .removeAlpha()
    .raw()
    .toBuffer()
  expect(pixels.length).toBe(expected.length)
  const most = pixels.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? 0))), 0)
  expect(most).toBeLessThanOrEqual(tolerance)
  // The header contains the encoded size, in whole blocks.
  const header = readHeader(file, 1e6)
  expect(header.format).toBe('heic')
  expect(header.pixels).toBeGreaterThanOrEqual(width * height)
  expect(header.pixels).toBeLessThanOrEqual((width + 64) * (height + 64))
})

test('has a golden file of each kind', () => {
  expect(cases).toHaveLength(28)
})

test.each([
  ['a quarter', 8, 8, { width: 3072, height: 4096 }],
  ['a half, with sides that are not divisible', 3, 3, { width: 1152, height: 1536 }],
])(
  'reduces a large image to %s while decoding, with the same model input as from the whole',
  async (_name, columns, rows, size) => {
    const file = gridOf(readFileSync('tests/e2e/photos/koala.heic'), columns, rows)
    const whole = await decode(file, AS_IT_IS, 50e6)
    const model = { ...AS_IT_IS, resize: { shortestEdge: 271 }, crop: { width: 240, height: 240 } } as const
    const { pixels, source, geometry } = await decode(file, model, 50e6)
    expect(source).toEqual({ ...size, format: 'heic' })
    const expected = resample(whole.pixels, size, geometry, 'bicubic')
    const each = pixels.map((value, i) => Math.abs(value - (expected[i] ?? 0)))
    expect(each.reduce((sum, value) => sum + value, 0) / each.length).toBeLessThan(1)
  },
)

test('enables the filters in this version of the libheif WebAssembly', () => {
  const wasm = readFileSync('node_modules/libheif-js/libheif-wasm/libheif.wasm')
  expect(enableInLoopFilters(wasm)).toBe(4)
  expect(enableInLoopFilters(wasm)).toBe(0)
})
