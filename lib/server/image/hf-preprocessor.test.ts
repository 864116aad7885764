import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parsePreprocessor } from './hf-preprocessor'

test('reads the configuration of the bundled models, whose graphs take unchanged pixels', () => {
  const json = JSON.parse(readFileSync('models/efficientnet-lite1-int8/preprocessor_config.json', 'utf8'))
  // The configuration is complete, so the class of its model type does not matter.
  expect(parsePreprocessor(json, 'efficientnet')).toEqual({
    resize: { shortestEdge: 274 },
    crop: { width: 240, height: 240 },
    interpolation: 'bicubic',
    normalisation: null,
    cropRounding: 'even',
    channels: 'rgb',
  })
})

test('reads sizes as a number, a shortest edge or both sides', () => {
  const resize = (size: unknown) => parsePreprocessor({ size, do_normalize: false }).resize
  expect(resize(224)).toEqual({ shortestEdge: 224 })
  expect(resize({ shortest_edge: 224 })).toEqual({ shortestEdge: 224 })
  expect(resize({ height: 224, width: 192 })).toEqual({ height: 224, width: 192 })
  expect(parsePreprocessor({ size: 224, do_resize: false, do_normalize: false }).resize).toBeNull()
})

test('reads crop, interpolation and normalization', () => {
  const config = {
    size: 256,
    crop_size: 224,
    do_center_crop: true,
    resample: 3,
    image_mean: [0.1, 0.2, 0.3],
    image_std: 0.5,
  }
  expect(parsePreprocessor(config)).toMatchObject({
    crop: { width: 224, height: 224 },
    interpolation: 'bicubic',
    normalisation: { rescale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [0.5, 0.5, 0.5] },
  })
  expect(parsePreprocessor({ ...config, do_center_crop: false }).crop).toBeNull()
  expect(parsePreprocessor({ do_normalize: false }).normalisation).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] })
})

test.each([{ size: 0 }, { size: 'big' }, { resample: 6 }, { crop_size: { height: 1 } }, { image_std: 'x' }])(
  'rejects %o',
  (json) => {
    expect(() => parsePreprocessor(json)).toThrow()
  },
)
