import { expect, test } from 'vitest'
import { parseChecksums, printChecksums } from './checksums'

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)]

test('parses sha256sum output, text or binary, with or without ./', () => {
  const files = new Map([
    ['catalog.json', A],
    ['model one/onnx/model.onnx', B],
  ])
  expect(parseChecksums(printChecksums(files))).toEqual(files)
  expect(parseChecksums(`${A} *./catalog.json\r\n${B}  model one/onnx/model.onnx`)).toEqual(files)
})

test.each(['../catalog.json', '/etc/passwd', 'a/../../b', 'a//b', 'a\\b', 'C:x', './', 'a/.'])(
  'rejects %s, which leads out of the folder',
  (path) => {
    expect(() => parseChecksums(`${A}  ${path}\n`)).toThrow(/has an invalid line/)
  },
)

test('rejects empty and invalid files', () => {
  expect(() => parseChecksums('')).toThrow(/lists 0 files/)
  expect(() => parseChecksums('<html>')).toThrow(/has an invalid line/)
  expect(() => parseChecksums(`${A.slice(1)}  catalog.json`)).toThrow(/has an invalid line/)
})
