import { expect, test } from 'vitest'
import { Problem } from '@/lib/shared/problems/problem'
import { MultipartParser } from './parser'
import type { FormPart } from './part'

const TYPE = 'multipart/form-data; boundary=x'
const LIMITS = { partBytes: 1000, bytes: 2000, parts: 8, tooMany: () => new Problem('too_many_files', 'Too many.') }

/** A form with files, from the parameters of their Content-Disposition; each character is one byte. */
function form(...parts: [parameters: string, content: string][]): Buffer {
  const text = parts.map(
    ([parameters, content]) =>
      `--x\r\nContent-Disposition: form-data; name="file"; ${parameters}\r\n\r\n${content}\r\n`,
  )
  return Buffer.from(`${text.join('')}--x--\r\n`, 'latin1')
}

function read(body: Buffer, step = body.length): FormPart[] {
  const parser = new MultipartParser(TYPE, LIMITS)
  const parts: FormPart[] = []
  for (let at = 0; at < body.length; at += step) parts.push(...parser.write(body.subarray(at, at + step)))
  parts.push(...parser.finish())
  return parts
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1')

test.each([
  ['UTF-8', `filename="${utf8('Büro 猫.png')}"`, 'Büro 猫.png'],
  ['Latin-1', 'filename="caf\xe9 Stra\xdfe.png"', 'caf\\xE9 Stra\\xDFe.png'],
  ['Latin-1 and UTF-8 in one name', `filename="\xe9${utf8('é')}.png"`, '\\xE9\\xC3\\xA9.png'],
  ['Shift-JIS', 'filename="\x93\xfa\x96{.png"', '\\x93\\xFA\\x96{.png'],
  ['GBK', 'filename="\xd5\xd5\xc6\xac.png"', '\\xD5\\xD5\\xC6\\xAC.png'],
  ['RFC 8187', `filename="x.png"; filename*=UTF-8''caf%C3%A9.png`, 'café.png'],
  ['RFC 8187 in Latin-1', `filename*=iso-8859-1'en'caf%E9.png`, 'café.png'],
  ['RFC 8187 with invalid UTF-8', `filename*=UTF-8''caf%E9.png`, 'caf\\xE9.png'],
  ['RFC 8187 with an unknown charset', `filename*=klingon''caf%C3%A9.png`, 'café.png'],
  ['invalid RFC 8187', 'filename="a.png"; filename*=broken', 'a.png'],
  ['encoded words', 'filename="=?utf-8?B?Y2Fmw6kucG5n?="', 'café.png'],
  ['encoded words, quoted-printable', 'filename="=?iso-8859-1?Q?caf=E9_1.png?="', 'café 1.png'],
  ['a quote and a line break from a browser', 'filename="a%22b%0D%0A.png"', 'a"b\r\n.png'],
  ['a literal percent sign', 'filename="100%.png"', '100%.png'],
  ['a quote from curl', 'filename="a\\"b.png"', 'a"b.png'],
  ['a Windows path', 'filename="C:\\fakepath\\x.png"', 'C:\\fakepath\\x.png'],
  ['a doubled backslash from curl', 'filename="C:\\\\x.png"', 'C:\\x.png'],
  ['a backslash at the end', 'filename="a\\"', 'a\\'],
  ['a semicolon', 'filename="a; name=b.png"', 'a; name=b.png'],
  ['no quotes', 'filename=a.png', 'a.png'],
  ['a NUL', 'filename="a\0b.png"', 'a\0b.png'],
  ['no name', 'filename=""', ''],
  ['a long one', `filename="${'n'.repeat(60_000)}"`, 'n'.repeat(60_000)],
])('reads a name with %s', (_, parameters, name) => {
  expect(read(form([parameters, 'abc']))).toEqual([
    { name: 'file', filename: name, isFile: true, bytes: Buffer.from('abc') },
  ])
})

test('reads boundary-like content, a preamble, an empty file and duplicate names, with any chunk size', () => {
  const content = ['', '\r\n--', '--x', 'a\r\n-', '\r\n\r\n'] as const
  const body = Buffer.concat([
    Buffer.from('This is a form: --x, and\r\n--xy and \r\n--x no boundary,\r\n--x \t-\r\n--x\r\r\n'),
    form(...content.map((each): [string, string] => ['filename="a"', each])),
    Buffer.from('epilogue'),
  ])
  for (let step = 1; step <= body.length; step++) {
    expect(read(body, step).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(content)
  }
})

test('reads all parts without the last boundary or with a part of it, with any chunk size', () => {
  const whole = form(['filename="a"', 'abc'], ['filename="b"', 'd\r\n-e'])
  for (let cut = 2; cut <= '\r\n--x--\r\n'.length; cut++) {
    const body = whole.subarray(0, whole.length - cut)
    for (let step = 1; step <= body.length; step++) {
      expect(read(body, step).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['abc', 'd\r\n-e'])
    }
  }
  // Incomplete headers don't make a part.
  expect(
    read(Buffer.concat([form(['filename="a"', 'abc']).subarray(0, -4), Buffer.from('\r\nContent-')])),
  ).toHaveLength(1)
})

test('returns truncated content', () => {
  const [part] = read(form(['filename="a"', 'abcdef']).subarray(0, -11))
  expect(Buffer.from(part!.bytes).toString()).toBe('abcd')
})

test.each([
  ['an empty body', Buffer.alloc(0), 'no_file'],
  ['a body that is not a form', Buffer.from('nonsense'), 'no_file'],
  ['only a preamble', Buffer.from('preamble\r\n\r\n--xy\r\n'), 'no_file'],
  ['content with a boundary', form(['filename="a"', 'a\r\n--xy']), 'no_file'],
  ['overlong headers', form([`filename="${'n'.repeat(70_000)}"`, 'abc']), 'no_file'],
  ['a part that is too large', form(['filename="a"', 'a'.repeat(1001)]), 'too_large'],
  [
    'too many bytes',
    form(...Array.from({ length: 3 }, (): [string, string] => ['filename="a"', 'a'.repeat(900)])),
    'too_large',
  ],
  [
    'too many parts',
    form(...Array.from({ length: 9 }, (): [string, string] => ['filename="a"', 'a'])),
    'too_many_files',
  ],
])('refuses %s', (_, body, code) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code }))
})
