import { expect, test } from 'vitest'
import { parseJsonBody } from './json-body'

const LONG = 'QUJD'.repeat(200_000)
const read = (text: string) => parseJsonBody(Buffer.from(text))

test.each([
  ['an image with options', { model: 'fast', image: LONG, top_k: 3 }],
  ['the image of a nested object', { other: { image: LONG }, image: 'x' }],
  ['only a nested image', { other: { image: LONG } }],
  ['text that looks like an image', { note: `{"image": "${LONG}"}`, image: `${LONG}=` }],
  ['an image with escapes', { image: `${LONG}\n"${LONG}` }],
  ['non-ASCII characters', { note: 'ü', image: LONG }],
  ['no image', { text: LONG }],
  ['a list', [{ image: LONG }]],
  ['several photos', { instances: [{ b64: LONG }, { image: { b64: `${LONG}=` } }], signature_name: 'x' }],
  ['a long name', { [LONG]: LONG }],
])('%s: same result as JSON.parse', async (_, value) => {
  expect(await read(JSON.stringify(value))).toEqual(value)
  expect(await read(JSON.stringify(value, null, 2))).toEqual(value)
})

test('the last of two images wins, as in JSON.parse', async () => {
  expect(await read(`{"image":"${LONG}","image":"b"}`)).toEqual({ image: 'b' })
  expect(await read(`{"image":"b","image":"${LONG}"}`)).toEqual({ image: LONG })
})

test.each([
  `{"image":"${LONG}`,
  `{"image":"${LONG}"`,
  `{"image":"${LONG}\n"}`,
  `{"image":"${LONG}"}}`,
  '{"image":',
  '',
])('refuses %.20s', async (text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'invalid_json' })
})

test('refuses invalid UTF-8', async () => {
  await expect(parseJsonBody(Buffer.from(`{"image":"${LONG}","a":"\xe9"}`, 'latin1'))).rejects.toMatchObject({
    code: 'invalid_json',
  })
})

test('refuses more lists and objects than anybody needs, which would take hundreds of megabytes', async () => {
  for (const each of ['[],', '{},', '[[]],'])
    await expect(read(`{"image":[${each.repeat(1_100_000)}1]}`)).rejects.toMatchObject({
      code: 'invalid_json',
      detail: expect.stringContaining('lists and objects'),
    })
  expect(await read(`[${'[0.1,0.2],'.repeat(200_000)}1]`)).toHaveLength(200_001)
})
