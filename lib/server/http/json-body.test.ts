import { expect, test } from 'vitest'
import { parseJsonBody } from './json-body'

const LONG = 'QUJD'.repeat(200_000)
const read = (text: string) => parseJsonBody(Buffer.from(text))

test.each([
  ['an image and options', { model: 'fast', image: LONG, top_k: 3 }],
  ['the image of another object', { other: { image: LONG }, image: 'x' }],
  ['an object in an object alone', { other: { image: LONG } }],
  ['a text that looks like it', { note: `{"image": "${LONG}"}`, image: `${LONG}=` }],
  ['an image with escapes', { image: `${LONG}\n"${LONG}` }],
  ['letters that are no ASCII', { note: 'ü', image: LONG }],
  ['no image', { text: LONG }],
  ['a list', [{ image: LONG }]],
])('%s: as the parser of the language has it', async (_, value) => {
  expect(await read(JSON.stringify(value))).toEqual(value)
  expect(await read(JSON.stringify(value, null, 2))).toEqual(value)
})

test('of two images the last, as ever', async () => {
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
])('%.20s is no JSON', async (text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'invalid_json' })
})

test('bytes that are no UTF-8 are none', async () => {
  await expect(parseJsonBody(Buffer.from(`{"image":"${LONG}","a":"\xe9"}`, 'latin1'))).rejects.toMatchObject({
    code: 'invalid_json',
  })
})
