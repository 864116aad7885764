import { expect, test } from 'vitest'
import { Problem } from '@/lib/shared/problems/problem'
import { MultipartParser } from './parser'
import type { FormPart } from './part'

const TYPE = 'multipart/form-data; boundary=x'
const LIMITS = { partBytes: 1000, bytes: 2000, parts: 8, tooMany: () => new Problem('too_many_files', 'Too many.') }

/** A form of files by the bytes of their Content-Disposition's parameters, each letter one byte. */
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
  ['RFC 8187 that is no UTF-8', `filename*=UTF-8''caf%E9.png`, 'caf\\xE9.png'],
  ['RFC 8187 of an unknown charset', `filename*=klingon''caf%C3%A9.png`, 'café.png'],
  ['RFC 8187 that is none', 'filename="a.png"; filename*=broken', 'a.png'],
  ['encoded words', 'filename="=?utf-8?B?Y2Fmw6kucG5n?="', 'café.png'],
  ['encoded words, quoted-printable', 'filename="=?iso-8859-1?Q?caf=E9_1.png?="', 'café 1.png'],
  ['a quote and a line end of a browser', 'filename="a%22b%0D%0A.png"', 'a"b\r\n.png'],
  ['a percent that escapes nothing', 'filename="100%.png"', '100%.png'],
  ['a quote of curl', 'filename="a\\"b.png"', 'a"b.png'],
  ['a path of Windows', 'filename="C:\\fakepath\\x.png"', 'C:\\fakepath\\x.png'],
  ['two backslashes of curl for one', 'filename="C:\\\\x.png"', 'C:\\x.png'],
  ['a backslash at the end', 'filename="a\\"', 'a\\'],
  ['a semicolon', 'filename="a; name=b.png"', 'a; name=b.png'],
  ['no quotes', 'filename=a.png', 'a.png'],
  ['a NUL', 'filename="a\0b.png"', 'a\0b.png'],
  ['no name', 'filename=""', ''],
  ['a long one', `filename="${'n'.repeat(60_000)}"`, 'n'.repeat(60_000)],
])('a name in %s', (_, parameters, name) => {
  expect(read(form([parameters, 'abc']))).toEqual([
    { name: 'file', filename: name, isFile: true, bytes: Buffer.from('abc') },
  ])
})

test('however it is cut: contents that look like boundaries, a preamble, an empty file, two of one name', () => {
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

test('without its last boundary, or with a piece of it: all parts, however it is cut', () => {
  const whole = form(['filename="a"', 'abc'], ['filename="b"', 'd\r\n-e'])
  for (let cut = 2; cut <= '\r\n--x--\r\n'.length; cut++) {
    const body = whole.subarray(0, whole.length - cut)
    for (let step = 1; step <= body.length; step++) {
      expect(read(body, step).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['abc', 'd\r\n-e'])
    }
  }
  // What has no whole head is no part.
  expect(
    read(Buffer.concat([form(['filename="a"', 'abc']).subarray(0, -4), Buffer.from('\r\nContent-')])),
  ).toHaveLength(1)
})

test('an end in the middle of the contents gives what has come', () => {
  const [part] = read(form(['filename="a"', 'abcdef']).subarray(0, -11))
  expect(Buffer.from(part!.bytes).toString()).toBe('abcd')
})

test.each([
  ['nothing', Buffer.alloc(0), 'no_file'],
  ['no form', Buffer.from('nonsense'), 'no_file'],
  ['only what stands before the parts', Buffer.from('preamble\r\n\r\n--xy\r\n'), 'no_file'],
  ['contents with a boundary in them', form(['filename="a"', 'a\r\n--xy']), 'no_file'],
  ['an endless head', form([`filename="${'n'.repeat(70_000)}"`, 'abc']), 'no_file'],
  ['a large part', form(['filename="a"', 'a'.repeat(1001)]), 'too_large'],
  ['much', form(...Array.from({ length: 3 }, (): [string, string] => ['filename="a"', 'a'.repeat(900)])), 'too_large'],
  ['many', form(...Array.from({ length: 9 }, (): [string, string] => ['filename="a"', 'a'])), 'too_many_files'],
])('%s is refused', (_, body, code) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code }))
})
