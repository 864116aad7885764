import type { InferenceSession } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { inputFormat } from './input-format'

const input = (type: string, shape: (number | string)[], name = 'x') =>
  ({ name, isTensor: true, type, shape }) as InferenceSession.ValueMetadata
const eight = { resize: { width: 8, height: 8 }, crop: null }
const open = { resize: { shortestEdge: 8 }, crop: null }

test('takes layout and size from the graph, or from the preprocessor if the graph leaves them open', () => {
  expect(inputFormat([input('uint8', ['n', 8, 8, 3])], eight)).toMatchObject({ layout: 'nhwc', dims: [1, 8, 8, 3] })
  expect(inputFormat([input('float32', [1, 3, 8, 8])], open)).toMatchObject({ layout: 'nchw', dims: [1, 3, 8, 8] })
  expect(inputFormat([input('float16', ['n', 'c', 'h', 'w'])], eight)).toMatchObject({ layout: 'nchw', width: 8 })
  expect(inputFormat([input('float32', [3, 3, 8, 8])], eight).fill(Float32Array.of(1, 2))).toEqual(
    Float32Array.of(1, 2, 1, 2, 1, 2),
  )
})

test.each([
  [[], eight, 'the model has 0 inputs, not 1'],
  [[input('float32', [1, 3, 8, 8]), input('float32', [1], 'y')], eight, 'the model has 2 inputs, not 1'],
  [[input('int64', [1, 3, 8, 8])], eight, 'the input x is not a tensor of uint8, float32, float16'],
  [
    [input('float32', [1, 8, 8, 2])],
    eight,
    'the input x has the shape [1, 8, 8, 2], in which no dimension has 3 channels',
  ],
  [[input('float32', [1, 192])], eight, 'the input x has the shape [1, 192], which is not the shape of an image'],
  [
    [input('float32', [1, 3, 'h', 'w'])],
    open,
    'the input x has the shape [1, 3, h, w], and preprocessor_config.json produces images of different sizes: add',
  ],
  [
    [input('float32', [1, 3, 8, 9])],
    eight,
    'preprocessor_config.json produces 8 × 8 pixels, but the model expects 9 × 8',
  ],
] as const)('rejects input %#: %s', (metadata, preprocessor, message) => {
  expect(() => inputFormat(metadata, preprocessor)).toThrow(message)
})
