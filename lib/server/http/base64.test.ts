import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeBase64 } from './base64'

/** Longer than a slice, and not a multiple of anything. */
const bytes = randomBytes(1_700_001)
const text = bytes.toString('base64')

test.each([
  ['plain', text],
  ['URL-safe alphabet, without padding', bytes.toString('base64url')],
  ['with MIME line breaks', text.replace(/.{76}/g, '$&\r\n')],
  ['as a data: URL', `data:image/png;base64,${text}\n`],
])('decodes %s', async (_, base64) => {
  expect(Buffer.compare(Buffer.from(await decodeBase64(base64)), bytes)).toBe(0)
})

test.each(['a.b', 'AB==CD', 'A===', 'data:image/png,AAAA', `${text}=A`, `${text}!`])(
  'refuses %.20s',
  async (base64) => {
    await expect(decodeBase64(base64)).rejects.toMatchObject({ code: 'invalid_parameter' })
  },
)

test('decodes empty base64 to no bytes', async () => {
  expect(await decodeBase64('data:;base64,')).toHaveLength(0)
})

test('detects plus signs that became spaces; accepts lines joined by spaces', async () => {
  const spaced = text.replace(/\+/g, ' ')
  await expect(decodeBase64(spaced)).rejects.toMatchObject({ detail: expect.stringMatching(/spaces where base64/) })
  const lines = bytes.toString('base64url').replace(/.{76}/g, '$& ')
  expect(Buffer.compare(Buffer.from(await decodeBase64(lines)), bytes)).toBe(0)
})
