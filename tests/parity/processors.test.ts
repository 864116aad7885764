import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import { parsePreprocessor } from '@/lib/server/image/hf-preprocessor'
import { timmPreprocessor } from '@/lib/server/image/timm'
import { toTensor } from '@/lib/shared/image/tensor'

/** Tensors produced by Hugging Face's own classes (make_processors.py). */
const GOLDEN = 'tests/parity/golden/processors'

interface Case {
  name: string
  photo: string
  shape: [channels: number, height: number, width: number]
  preprocessor?: object
  config?: object
}

const cases = JSON.parse(readFileSync(join(GOLDEN, 'cases.json'), 'utf8')) as Case[]

test.each(cases)('$name', async ({ name, photo, shape: [, height, width], preprocessor, config }) => {
  const how = config ? timmPreprocessor(config) : parsePreprocessor(preprocessor)
  const picture = await decode(readFileSync(join(GOLDEN, `${photo}.png`)), how, 1e6)
  expect({ width: picture.width, height: picture.height }).toEqual({ width, height })
  const ours = toTensor(picture.pixels, { layout: 'nchw', type: 'float32', channels: 3 }, how)
  // The next case gets this memory, which must leave no trace.
  picture.pixels.fill(200)
  picture.free()
  const file = readFileSync(join(GOLDEN, `${name}.f32`))
  const theirs = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength))
  const worst = theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] as number))), 0)
  // The pixels are the same; only the order of the float32 operations differs.
  expect(worst).toBeLessThan(1e-5)
})
