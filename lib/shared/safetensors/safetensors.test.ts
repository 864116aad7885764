import { describe, expect, test } from 'vitest'
import { float32Tensor, readSafetensors } from './read'
import { writeSafetensors } from './write'

/** A file with this header and so many bytes of data. */
function file(header: string | Uint8Array, bytes = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const out = new Uint8Array(8 + text.length + bytes)
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  out.set(text, 8)
  return out
}

const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`, dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`

test('reads what it wrote, and writes the same bytes whatever the order', () => {
  const weights = { dtype: 'F32', shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-9, 6) } as const
  const scales = { dtype: 'F64', shape: [1], values: Float64Array.of(0.1) } as const
  const names = { dtype: 'U8', shape: [3], values: Uint8Array.of(1, 2, 3) } as const
  const empty = { dtype: 'F32', shape: [0, 4], values: new Float32Array() } as const
  const entries = Object.entries({ weights, scales, names, empty })
  const metadata = new Map([['format', 'pt']])
  const written = writeSafetensors(new Map(entries), metadata)
  expect(writeSafetensors(new Map(entries.toReversed()), metadata)).toEqual(written)
  // An odd position within a larger buffer, as in an archive.
  const shifted = new Uint8Array(written.length + 3)
  shifted.set(written, 3)
  const read = readSafetensors(shifted.subarray(3))
  expect([...read.tensors.keys()].sort()).toEqual(['empty', 'names', 'scales', 'weights'])
  expect(float32Tensor(read, 'weights', [2, 3])).toEqual(weights.values)
  expect(float32Tensor(read, 'empty', [0, 4])).toEqual(empty.values)
  expect(read.tensors.get('names')?.bytes).toEqual(names.values)
  expect(read.metadata).toEqual(metadata)
  expect(() => float32Tensor(read, 'weights', [3, 2])).toThrow('The tensor "weights" is F32 [2, 3], not F32 [3, 2].')
  expect(() => float32Tensor(read, 'bias', [2])).toThrow('"bias" is missing')
})

test('refuses to write values of another size than the shape', () => {
  const tensor = { dtype: 'F32', shape: [3], values: Float32Array.of(1, 2) } as const
  expect(() => writeSafetensors(new Map([['a', tensor]]))).toThrow('a has 8 bytes, not 12')
})

describe('refuses in one line', () => {
  test.each([
    ['a file without a length', new Uint8Array(7), 'shorter than 8 bytes'],
    ['a header beyond the file', file('{}', 0, 3n), 'its header has 3 bytes, but the file only 10'],
    ['a huge header', file('{}', 0, 2n ** 63n), 'the limit is 1000000'],
    ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d)), 'not UTF-8'],
    ['a header with a byte order mark', file('\ufeff{}'), 'not JSON'],
    ['a header that is not JSON', file('{"a":'), 'not JSON'],
    ['a header that is a list', file('[]'), 'not a JSON object'],
    ['deep nesting', file(`{"a":${'['.repeat(100_000)}`), 'nested too deeply'],
    ['the same name twice', file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), 'two entries named "a"'],
    ['the same name, escaped', file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), 'two entries named "a"'],
    ['two shapes', file(`{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}`, 1), 'named "shape"'],
    ['__proto__', file(`{"__proto__":${entry(0, 4)}}`, 4), 'named __proto__'],
    ['an unknown dtype', file(`{"a":${entry(0, 4, '[1]', 'F31')}}`, 4), 'unknown dtype'],
    ['an inherited name as dtype', file(`{"a":${entry(0, 4, '[1]', 'toString')}}`, 4), 'unknown dtype'],
    ['a negative length', file(`{"a":${entry(0, 4, '[-1]')}}`, 4), 'no valid shape'],
    ['a negative offset', file(`{"a":${entry(-4, 0)}}`, 4), 'no valid data_offsets'],
    ['a fraction as offset', file(`{"a":${entry(0.5, 4.5)}}`, 8), 'no valid data_offsets'],
    ['offsets in the wrong order', file(`{"a":${entry(4, 0, '[1]')}}`, 4), 'outside of'],
    ['offsets beyond the file', file(`{"a":${entry(0, 8)}}`, 4), "outside of the file's 4 bytes"],
    ['another size than the shape', file(`{"a":${entry(0, 4, '[2]')}}`, 4), 'has 4 bytes; F32 [2] has 8'],
    ['a shape that overflows', file(`{"a":${entry(0, 4, '[4294967296,4294967296]')}}`, 4), 'has 4 bytes'],
    ['tensors that overlap', file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), 'overlap'],
    ['a gap between tensors', file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'belong to none'],
    ['a gap at the start', file(`{"a":${entry(4, 8)}}`, 8), 'belong to none'],
    ['bytes at the end', file(`{"a":${entry(0, 4)}}`, 5), 'at the end'],
    ['an entry that is not an object', file('{"a":1}'), 'not an object'],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}'), "isn't text"],
  ])('%s', (_name, bytes, reason) => {
    const read = () => readSafetensors(bytes)
    expect(read).toThrow(reason)
    expect(read).toThrow(
      expect.objectContaining({ code: 'invalid_parameter', detail: expect.not.stringContaining('\n') }),
    )
  })
})
