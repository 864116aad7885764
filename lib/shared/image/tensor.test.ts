import { expect, test } from 'vitest'
import { fromTensor, toTensor } from './tensor'

// Two pixels: (0, 127, 255) and (10, 20, 30).
const plain = { normalisation: null, channels: 'rgb' } as const
const pixels = Uint8Array.of(0, 127, 255, 10, 20, 30)
const efficientNet = {
  rescale: 1 / 255,
  mean: [127 / 255, 127 / 255, 127 / 255],
  std: [128 / 255, 128 / 255, 128 / 255],
}

test('returns the pixels themselves for uint8 NHWC, not a copy', () => {
  expect(toTensor(pixels, { layout: 'nhwc', type: 'uint8', channels: 3 }, plain)).toBe(pixels)
})

test('groups the values of each channel in planes', () => {
  expect([...toTensor(pixels, { layout: 'nchw', type: 'uint8', channels: 3 }, plain)]).toEqual([
    0, 10, 127, 20, 255, 30,
  ])
})

test('puts blue first for BGR models', () => {
  expect([...toTensor(pixels, { layout: 'nhwc', type: 'uint8', channels: 3 }, { ...plain, channels: 'bgr' })]).toEqual([
    255, 127, 0, 30, 20, 10,
  ])
})

test('normalises each channel to (x × rescale − mean) / std', () => {
  const tensor = toTensor(
    pixels,
    { layout: 'nchw', type: 'float32', channels: 3 },
    { normalisation: efficientNet, channels: 'rgb' },
  )
  const expected = [0, 10, 127, 20, 255, 30].map((x) => (x - 127) / 128)
  expect(tensor).toBeInstanceOf(Float32Array)
  expect([...tensor].every((value, i) => Math.abs(value - (expected[i] ?? 0)) < 1e-6)).toBe(true)
  const means = { rescale: 1, mean: [1, 2, 3], std: [1, 2, 4] }
  expect([
    ...toTensor(pixels, { layout: 'nhwc', type: 'float32', channels: 3 }, { normalisation: means, channels: 'rgb' }),
  ]).toEqual([-1, 62.5, 63, 9, 9, 6.75])
})

test.each(
  (['uint8', 'float32', 'float16'] as const).flatMap((type) =>
    (['nhwc', 'nchw'] as const).map((layout) => ({ type, layout, channels: 3 as const })),
  ),
)('recovers the pixels from a $type $layout tensor', (format) => {
  const levels = Uint8Array.from({ length: 768 }, (_, i) => (7 * i) % 256)
  for (const channels of ['rgb', 'bgr'] as const) {
    const numbers = { normalisation: format.type === 'uint8' ? null : efficientNet, channels }
    expect(fromTensor(toTensor(levels, format, numbers), format, numbers)).toEqual(levels)
  }
})
