import { decoded, fileName } from '@/lib/shared/files/file-name'

/** Which field of a form a part is, and what its file is called. */
export interface Disposition {
  name: string | undefined
  filename: string | undefined
}

/** A parameter: its value in quotes, in which `\"` is a quote; or bare. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;"]*))/g
/** A quote that is missing at the end, as after a name that ends with a backslash: the rest of the line. */
const UNCLOSED = /;\s*(filename)\s*=\s*"([^;]*)$/i

/**
 * Reads the value of a Content-Disposition, each of its letters one byte. Names are read as `fileName` reads bytes, and never refused; `filename*`
 * (RFC 8187) goes before `filename`.
 */
export function readDisposition(value: string): Disposition {
  const parameters = new Map<string, string>()
  for (const [, key = '', quoted, bare = ''] of value.matchAll(PARAMETER)) {
    if (!parameters.has(key.toLowerCase())) parameters.set(key.toLowerCase(), unquoted(quoted) ?? bare.trim())
  }
  const [, , rest] = parameters.has('filename') ? [] : (UNCLOSED.exec(value) ?? [])
  if (rest !== undefined) parameters.set('filename', rest.replace(/"\s*$/, ''))
  const [name, plain, extended] = ['name', 'filename', 'filename*'].map((key) => parameters.get(key))
  return {
    name: name === undefined ? undefined : textOf(name),
    filename: (extended && fromExtended(extended)) || (plain === undefined ? undefined : textOf(plain)),
  }
}

/** Browsers leave a backslash alone; curl writes two for one. Any other stays, as in `C:\fakepath\x.png`. */
function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/\\(["\\])/g, '$1')
}

/** Browsers write quotes and line ends as `%22`, `%0D` and `%0A` (WHATWG HTML, 4.10.21.8). */
function textOf(value: string): string {
  const text = fromEncodedWords(value) ?? fileName(Buffer.from(value, 'latin1'))
  return text.replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** `UTF-8''caf%C3%A9.png`; null where it is not like that. */
function fromExtended(value: string): string | null {
  const [, charset = '', text = ''] = /^([^']+)'[^']*'(.*)$/.exec(value) ?? []
  if (charset === '') return null
  const bytes = fromPercent(text, '%')
  return decoded(bytes, charset) ?? fileName(bytes)
}

/** `=?utf-8?B?Y2Fmw6kucG5n?=` (RFC 2047), as .NET and mail libraries write names; null where it is not like that. */
function fromEncodedWords(value: string): string | null {
  if (!/^(\s*=\?[^?\s]+\?[BQ]\?[^?]*\?=)+\s*$/i.test(value)) return null
  let text = ''
  for (const [, charset = '', kind = '', word = ''] of value.matchAll(/=\?([^?\s]+)\?([BQ])\?([^?]*)\?=/gi)) {
    const base64 = kind.toUpperCase() === 'B'
    const bytes = base64 ? Buffer.from(word, 'base64') : fromPercent(word.replaceAll('_', ' '), '=')
    text += decoded(bytes, charset) ?? fileName(bytes)
  }
  return text
}

function fromPercent(text: string, mark: '%' | '='): Buffer {
  const escapes = new RegExp(`${mark}([0-9A-Fa-f]{2})`, 'g')
  return Buffer.from(
    text.replace(escapes, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
